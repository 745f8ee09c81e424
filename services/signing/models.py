"""Electronic signatures of letters: how a city signs, with whose certificates, and what became of
each signature and of each try to make it. Rows are written by this app's actions alone."""

import json

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from services.letters.models import Letter
from services.residents.sealing import seal, unseal
from services.signing.rules import common_name
from tenants.office.models import Unit

_USER = settings.AUTH_USER_MODEL


class Account(models.Model):
    """How this city signs by one provider. At most one is in use. Its keys are shown to nobody."""

    provider = models.CharField(max_length=20, unique=True)
    is_on = models.BooleanField(default=False)
    base = models.CharField(max_length=200, blank=True)  # where the gateway is
    allow_http = models.BooleanField(default=False)  # plain HTTP to a private address
    options = models.JSONField(default=dict)  # what a provider lets the city choose
    keys_sealed = models.BinaryField()
    changed_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["provider"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_on"], condition=Q(is_on=True), name="signs_by_one_provider"
            )
        ]

    def __str__(self) -> str:
        return self.provider

    @property
    def keys(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(unseal(self.keys_sealed))
        return found

    def seal_keys(self, keys: dict[str, str]) -> None:
        self.keys_sealed = seal(json.dumps(keys))


class Authority(models.Model):
    """The city's own certificate authority. Not one that the state has recognised."""

    name = models.CharField(max_length=120)
    pem = models.TextField()
    key_sealed = models.BinaryField()
    made_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(retired_at=None), name="authority_in_force_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Certificate(models.Model):
    """A certificate that an official signs with. The private key of a local one is encrypted under
    the official's own passphrase: the server alone cannot sign with it."""

    user = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=20)
    authority = models.ForeignKey(
        Authority, null=True, on_delete=models.PROTECT, related_name="certificates"
    )
    pem = models.TextField()
    fingerprint = models.CharField(max_length=64)  # SHA-256 of its DER
    serial = models.CharField(max_length=60)
    subject = models.CharField(max_length=400)
    issuer = models.CharField(max_length=400)
    key_locked = models.BinaryField(default=bytes)  # empty where a gateway holds the key
    since = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_for = models.CharField(max_length=300, blank=True)
    warned_at = models.DateTimeField(null=True)  # when the official was told that it ends

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "provider"],
                condition=Q(revoked_at=None),
                name="certificate_in_force_once",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | ~Q(revoked_for=""),
                name="revoked_certificate_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_at"], condition=Q(revoked_at=None), name="certificate_ending"
            ),
            models.Index(fields=["fingerprint"], name="certificate_print"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def owner_name(self) -> str:
        return common_name(self.subject)

    @property
    def issuer_name(self) -> str:
        return common_name(self.issuer)


class GatewayStatus(models.Model):
    """What a gateway last said of an official's certificate, in its own word."""

    user = models.OneToOneField(_USER, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=40)
    code = models.CharField(max_length=20, blank=True)
    checked_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # when a worker was sent to ask; null: it answered
    said = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.status}"


class Signature(models.Model):
    """A signature that a letter needs, and what became of it."""

    class State(models.TextChoices):
        PREPARED = "prepared", "Menunggu tanda tangan"
        SIGNING = "signing", "Sedang ditandatangani"
        VALIDATING = "validating", "Sedang diperiksa"
        SIGNED = "signed", "Sudah ditandatangani"
        FAILED = "failed", "Gagal, bisa diulang"
        UNKNOWN = "unknown", "Hasilnya belum diketahui"
        REFUSED = "refused", "Ditolak penanda tangan"

    WAITING = (State.PREPARED, State.FAILED)
    UNDER_WAY = (State.SIGNING, State.VALIDATING)
    OPEN = (*WAITING, *UNDER_WAY, State.UNKNOWN)

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="signatures")
    order = models.PositiveSmallIntegerField(default=1)
    signer = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    signer_name = models.CharField(max_length=250)  # as printed
    post_title = models.CharField(max_length=500)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=20)
    # The step of the case at which it is given, by its key; "" of the official who approved.
    step_key = models.CharField(max_length=40, blank=True, default="", db_default="")
    # Whose it is, as at a step of a case: who holds one of these posts at the unit. "": only the
    # signer is known (rows from before).
    role = models.CharField(max_length=16, blank=True, default="", db_default="")
    deputies = ArrayField(models.CharField(max_length=16), default=list, db_default=[])
    # Ordered before the step opens at which it is given: nobody is asked for it yet.
    is_held = models.BooleanField(default=False, db_default=False)
    due_at = models.DateTimeField(null=True)  # by the clock of its step; None while it is held
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    said = models.CharField(max_length=300, blank=True)  # why it failed or is not known
    tries = models.PositiveSmallIntegerField(default=0)
    ordered_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)  # while it is under way
    signed_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of the file with this signature
    size = models.PositiveIntegerField(null=True)
    certificate_subject = models.CharField(max_length=400, blank=True)
    certificate_issuer = models.CharField(max_length=400, blank=True)
    certificate_serial = models.CharField(max_length=60, blank=True)
    certificate_ends_at = models.DateTimeField(null=True)
    is_certified = models.BooleanField(default=False)
    # Its certificate leads to a root that the operator trusts; else it is known by fingerprint.
    root_checked = models.BooleanField(default=False, db_default=False)
    level = models.CharField(max_length=10, blank=True)  # B-B, B-T, B-LT
    refused_for = models.CharField(max_length=300, blank=True)
    refused_at = models.DateTimeField(null=True)
    is_ticked = False  # on a page that was sent and not taken

    class Meta:
        ordering = ["letter_id", "order"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "order"], name="signature_order_once"),
            models.CheckConstraint(
                condition=~Q(state="signed")
                | Q(signed_at__isnull=False) & ~Q(sha256="") & ~Q(certificate_subject=""),
                name="signed_by_some_certificate",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | Q(refused_at__isnull=False) & ~Q(refused_for=""),
                name="refused_signature_says_why",
            ),
            models.CheckConstraint(
                condition=~(Q(state="signing") | Q(state="validating"))
                | Q(lease_until__isnull=False),
                name="signature_under_way_has_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["signer", "ordered_at", "id"],
                condition=~(Q(state="signed") | Q(state="refused")),
                name="signature_waiting",
            ),
            models.Index(fields=["signer", "-signed_at", "-id"], name="signature_log"),
            models.Index(
                fields=["lease_until"],
                condition=Q(state="signing") | Q(state="validating"),
                name="signature_under_way",
            ),
            models.Index(
                fields=["ordered_at", "id"], condition=Q(state="unknown"), name="signature_unknown"
            ),
            models.Index(
                fields=["unit", "ordered_at", "id"],
                condition=Q(state="prepared") | Q(state="failed"),
                name="signature_of_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id}/{self.order}: {self.state}"

    @property
    def issuer_name(self) -> str:
        return common_name(self.certificate_issuer)

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING


class Batch(models.Model):
    """One confirmation by an official, of one letter or of a hundred."""

    key = models.CharField(max_length=40, unique=True)
    by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # Why the rest of it is not tried any more: a wrong passphrase, a gateway that is away.
    stopped = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["by", "-id"], name="signing_batch_list")]

    def __str__(self) -> str:
        return f"{self.pk}"


class Attempt(models.Model):
    """One try to make a signature. It is written before anything is asked, and never again after
    its end: a further try is another row."""

    class State(models.TextChoices):
        QUEUED = "queued", "Menunggu giliran"
        SIGNING = "signing", "Sedang ditandatangani"
        VALIDATING = "validating", "Sedang diperiksa"
        SIGNED = "signed", "Berhasil"
        FAILED = "failed", "Gagal"
        UNKNOWN = "unknown", "Hasilnya belum diketahui"

    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="attempts")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    provider = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    sent_sha256 = models.CharField(max_length=64, blank=True)  # of the file as it was sent
    code = models.CharField(max_length=40, blank=True)
    said = models.CharField(max_length=300, blank=True)  # in words for the official
    answer = models.JSONField(default=dict)  # as it came, without file, passphrase and NIK
    returned = models.CharField(max_length=200, blank=True)  # a file that could not be accepted
    # A worker was sent to ask the gateway for the file again (null: it is back); its outcome.
    asked_at = models.DateTimeField(null=True)
    asked_said = models.CharField(
        max_length=300, blank=True, default="", db_default=""
    )  # what came
    settled_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_for = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["signature", "number"], name="signature_attempt_number_once"
            ),
            models.UniqueConstraint(
                fields=["signature"],
                condition=Q(state="queued") | Q(state="signing") | Q(state="validating"),
                name="signature_tried_once_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["batch", "state"], name="attempt_of_batch")]

    def __str__(self) -> str:
        return f"{self.signature_id}.{self.number}: {self.state}"
