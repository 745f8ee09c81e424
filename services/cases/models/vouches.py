"""What those who vouch decided, and the rules by which a request passes the neighbourhood."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from services.cases.models.cases import Step
from services.letters.models import Letter
from services.residents.sealing import seal, unseal
from tenants.office.models import Post, Unit


class Vouch(models.Model):
    """What whoever vouches decided at a step. Written with the decision; afterwards it is only
    taken back, or given a letter on paper. An approval has a number of the unit's own book, without
    gaps within a year; one that is taken back keeps its number."""

    class Capacity(models.TextChoices):
        """As what somebody vouched."""

        HEAD = "head", "kepala unit itu"
        ACTING = "acting", "pelaksana tugas kepala unit itu"
        DEPUTY = "deputy", "wakil di unit itu"
        NEIGHBOUR = "neighbour", "Ketua RT tetangga, menggantikan Ketua RT"
        RW = "rw", "RW, menggantikan Ketua RT"
        VILLAGE = "village", "kelurahan atau desa, menggantikan Ketua RT"

    class Outcome(models.TextChoices):
        VOUCHED = "vouched", "dibenarkan"
        ASKED = "asked", "ditanyakan kepada pemohon"
        REFUSED = "refused", "tidak cocok"

    step = models.OneToOneField(Step, on_delete=models.CASCADE, related_name="vouch")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")  # by which they may
    called = models.CharField(max_length=120)  # what they were called: "Sekretaris RT"
    capacity = models.CharField(max_length=10, choices=Capacity)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=20, blank=True)  # a key of services.cases.answers
    note = models.TextField(blank=True)  # their own words
    at = models.DateTimeField()
    year = models.PositiveSmallIntegerField(null=True)
    sequence = models.PositiveIntegerField(null=True)
    number = models.CharField(max_length=80, blank=True)
    voided_at = models.DateTimeField(null=True)  # taken back
    reply_sealed = models.BinaryField(default=bytes)  # what the applicant answered to a question
    letter = models.OneToOneField(  # the surat pengantar on paper, once somebody wanted it
        Letter, null=True, on_delete=models.PROTECT, related_name="vouch"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "sequence"], name="vouch_number_once"),
            models.CheckConstraint(
                condition=Q(outcome="vouched", sequence__isnull=False, year__isnull=False)
                & ~Q(number="")
                | ~Q(outcome="vouched") & Q(sequence__isnull=True, year__isnull=True, number=""),
                name="vouch_has_number",
            ),
            models.CheckConstraint(
                condition=Q(outcome="vouched") | Q(voided_at__isnull=True, letter__isnull=True),
                name="only_vouched_is_voided",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-at", "-id"], name="vouch_book")]

    def __str__(self) -> str:
        return self.number or f"{self.step_id}: {self.outcome}"

    @property
    def reply(self) -> str:
        """What the applicant answered to a question; sealed at rest like their other answers."""
        sealed = bytes(self.reply_sealed)
        return unseal(sealed) if sealed else ""

    def seal_reply(self, text: str) -> None:
        self.reply_sealed = seal(text) if text else b""


class VouchRules(models.Model):
    """How requests pass the neighbourhood in this city, or in one village of it that has rules of
    its own. A case keeps those that stood when it was sent (``Case.way``)."""

    class Silence(models.TextChoices):
        VILLAGE = "village", "langsung ke kelurahan atau desa"
        RW = "rw", "ke Ketua RW dulu, lalu ke kelurahan atau desa"

    class Own(models.TextChoices):
        VILLAGE = "village", "kelurahan atau desa"
        NEIGHBOUR = "neighbour", "Ketua RT tetangga di RW yang sama"

    class Span(models.TextChoices):
        WORKING_HOURS = "jam_kerja", "jam kerja"
        WORKING_DAYS = "hari_kerja", "hari kerja"
        HOURS = "jam", "jam"
        DAYS = "hari", "hari"

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="+")
    rw_follows = models.BooleanField(default=False)  # the RW answers after the RT
    rt_amount = models.PositiveSmallIntegerField(default=1)
    rt_unit = models.CharField(max_length=10, choices=Span, default=Span.WORKING_DAYS)
    rw_amount = models.PositiveSmallIntegerField(default=1)
    rw_unit = models.CharField(max_length=10, choices=Span, default=Span.WORKING_DAYS)
    silence = models.CharField(max_length=10, choices=Silence, default=Silence.VILLAGE)
    # Who answers for a Ketua RT where neither a deputy nor the RW can.
    own = models.CharField(max_length=10, choices=Own, default=Own.VILLAGE)
    household = models.BooleanField(default=False)  # nobody vouches for their household either

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rt_amount__gte=1, rw_amount__gte=1), name="vouch_rules_give_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}"
