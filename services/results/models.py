"""Results of cases and their hand-over. Rows are written by this app's actions alone."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from services.cases.models import Case
from services.letters.models import Letter
from services.residents.sealing import seal, unseal
from tenants.office.models import Unit

_USER = settings.AUTH_USER_MODEL


class Way(models.TextChoices):
    """How a result reaches its holder."""

    DOWNLOAD = "download", gettext_lazy("Unduh sendiri")
    PICKUP = "pickup", gettext_lazy("Ambil di kantor")
    DELIVERY = "delivery", gettext_lazy("Diantar")
    APPOINTMENT = "appointment", gettext_lazy("Datang dengan janji")


class Wish(models.Model):
    """How the applicant wants one result, while the case is under way or the result waits."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="wishes")
    key = models.CharField(max_length=40)  # of the result in the service
    way = models.CharField(max_length=12, choices=Way)
    address_sealed = models.BinaryField(default=bytes)  # for a delivery
    said_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="wish_once")]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.key}: {self.way}"

    @property
    def address(self) -> str:
        sealed = bytes(self.address_sealed)
        return unseal(sealed) if sealed else ""


class Result(models.Model):
    """What a case ended with: a KK, a KTP, a permit. Made at the step that the service names, ready
    when the case ends well, then handed over."""

    class State(models.TextChoices):
        MADE = "made", gettext_lazy("dicatat, langkahnya belum selesai")
        READY = "ready", gettext_lazy("siap diserahkan")
        OUT = "out", gettext_lazy("sedang diantar")
        HANDED = "handed", gettext_lazy("sudah diserahkan")
        RETURNED = "returned", gettext_lazy("dikembalikan untuk diperbaiki")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="results")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)  # see ``services.catalogue.results``
    label = models.CharField(max_length=250)
    ways = ArrayField(models.CharField(max_length=12), default=list)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # where it lies
    number_sealed = models.BinaryField(default=bytes)  # of a KK or akta: a person's number
    valid_until = models.DateField(null=True)  # of a permit
    path = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.MADE)
    made_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    # What whoever fetches it says; shown to the applicant alone.
    code_sealed = models.BinaryField(default=bytes)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="result_once"),
            models.CheckConstraint(
                condition=Q(state="made") | Q(ready_at__isnull=False), name="ready_has_moment"
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "ready_at", "id"],
                condition=Q(state="ready") | Q(state="out") | Q(state="returned"),
                name="result_waiting",
            ),
            models.Index(fields=["unit", "-ready_at", "-id"], name="result_list"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.key}"

    @property
    def number(self) -> str:
        sealed = bytes(self.number_sealed)
        return unseal(sealed) if sealed else ""

    @property
    def code(self) -> str:
        sealed = bytes(self.code_sealed)
        return unseal(sealed) if sealed else ""

    def keep_number(self, number: str) -> None:
        self.number_sealed = seal(number) if number else b""

    @property
    def has_file(self) -> bool:
        return bool(self.path)

    @property
    def may_be_downloaded(self) -> bool:
        is_out = self.case.state == Case.State.DONE and self.state in (
            self.State.READY, self.State.OUT, self.State.HANDED,
        )  # fmt: skip
        return self.has_file and Way.DOWNLOAD in self.ways and is_out


class HandOver(models.Model):
    """One hand-over, or one attempt to deliver: to whom, how it was proven, by whom. It stays when
    what was handed over comes back."""

    class State(models.TextChoices):
        OUT = "out", gettext_lazy("sedang diantar")
        DONE = "done", gettext_lazy("diserahkan")
        FAILED = "failed", gettext_lazy("tidak sampai")

    class To(models.TextChoices):
        APPLICANT = "applicant", gettext_lazy("Pemohon sendiri")
        OTHER = "other", gettext_lazy("Orang yang diberi kuasa")

    class Proof(models.TextChoices):
        SIGNATURE = "signature", gettext_lazy("Tanda tangan di layar")
        CODE = "code", gettext_lazy("Kode pengambilan dari pemohon")
        IDENTITY = "identity", gettext_lazy("Identitas ditunjukkan")

    result = models.ForeignKey(
        Result, null=True, on_delete=models.PROTECT, related_name="hand_overs"
    )
    letter = models.ForeignKey(
        Letter, null=True, on_delete=models.PROTECT, related_name="hand_overs"
    )
    state = models.CharField(max_length=8, choices=State)
    way = models.CharField(max_length=12, choices=Way)
    to = models.CharField(max_length=10, choices=To, blank=True)
    name_sealed = models.BinaryField(default=bytes)  # of who took it, or brings it
    relation = models.CharField(max_length=60, blank=True)  # to the applicant: "anak kandung"
    proof = models.CharField(max_length=10, choices=Proof, blank=True)
    signature = models.CharField(max_length=200, blank=True)  # path of the picture
    authority = models.CharField(max_length=200, blank=True)  # path of the power of attorney
    authority_type = models.CharField(max_length=40, blank=True)
    carrier = models.CharField(max_length=100, blank=True)  # who brings it
    address_sealed = models.BinaryField(default=bytes)
    by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)  # the post by which it was handed over
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)  # why it did not arrive, or came back
    returned_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    # Whether names, addresses and files were destroyed with the archive of the case.
    is_destroyed = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result__isnull=False, letter=None)
                | Q(result=None, letter__isnull=False),
                name="hand_over_of_one_thing",
            ),
            # Never handed over twice, nor on two ways at once, unless it came back.
            models.UniqueConstraint(
                fields=["result"],
                condition=(Q(state="out") | Q(state="done")) & Q(returned_at=None),
                name="result_handed_over_once",
            ),
            models.UniqueConstraint(
                fields=["letter"],
                condition=(Q(state="out") | Q(state="done")) & Q(returned_at=None),
                name="letter_handed_over_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(to="") & ~Q(proof="") & Q(ended_at__isnull=False)),
                name="handed_over_is_proven",
            ),
            models.CheckConstraint(
                condition=~Q(proof="signature") | ~Q(signature="") | Q(is_destroyed=True),
                name="signature_is_there",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(reason=""), name="failed_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result_id or self.letter_id}: {self.state}"

    @property
    def name(self) -> str:
        sealed = bytes(self.name_sealed)
        return unseal(sealed) if sealed else ""

    @property
    def address(self) -> str:
        sealed = bytes(self.address_sealed)
        return unseal(sealed) if sealed else ""
