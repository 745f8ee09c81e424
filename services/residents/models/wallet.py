"""What residents gave once and may use again, and what they agreed to."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from services.residents.models.people import Person


class WalletDocument(models.Model):
    """A document that a resident gave once, kept for their later requests.

    The file is a copy of its own: it goes when the resident withdraws it, the case keeps its own.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="wallet")
    kind = models.CharField(max_length=40)  # a key of ``wallet.kinds``
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()  # bytes
    pages = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200, blank=True)  # "" once withdrawn
    given_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    case_id = models.BigIntegerField(null=True)  # where it was given; cases lie above
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(withdrawn_at=None), name="one_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=False) | ~Q(path=""), name="kept_has_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind}"


class Consent(models.Model):
    """One answer of a resident to one thing that the law asks consent for (UU 27/2022 art. 20).

    The newest row of a purpose counts. Letters and cases rest on the law and need none.
    """

    class Purpose(models.TextChoices):
        WALLET = "wallet", "Menyimpan dokumen saya untuk permohonan berikutnya"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose)
    given = models.BooleanField()  # False: refused or withdrawn
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["person", "purpose", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.purpose} {self.given}"
