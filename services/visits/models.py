"""Visits to people at home. Rows are written by this app's actions alone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from services.cases.models import Case
from services.cases.models.documents import Photo
from services.residents.sealing import seal, unseal
from tenants.office.models import Unit

_USER = settings.AUTH_USER_MODEL


class Visit(models.Model):
    """A day on which officials of an office go to a village."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    made_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["unit", "-day", "-id"], name="visit_of_office")]

    def __str__(self) -> str:
        return f"{self.village_id}: {self.day}"


class VisitOfficer(models.Model):
    """An official who goes."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="officers")
    user = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["visit", "user"], name="visit_officer_once")]

    def __str__(self) -> str:
        return f"{self.visit_id}: {self.user_id}"


class VisitWish(models.Model):
    """An applicant asks that somebody comes to their home."""

    class Reason(models.TextChoices):
        DISABILITY = "disability", gettext_lazy("Penyandang disabilitas")
        OLD = "old", gettext_lazy("Lanjut usia")
        ILL = "ill", gettext_lazy("Sakit")
        OTHER = "other", gettext_lazy("Sebab lain")

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="visit_wish")
    reason_sealed = models.BinaryField()  # a matter of health
    said_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.case_id)

    @property
    def reason(self) -> str:
        return unseal(bytes(self.reason_sealed))


class Stop(models.Model):
    """One person to be visited, for one case; then what was done there."""

    class State(models.TextChoices):
        PLANNED = "planned", "Akan didatangi"
        DONE = "done", "Sudah didatangi"
        MISSED = "missed", "Tidak bertemu"

    class Proof(models.TextChoices):
        SIGNATURE = "signature", "Tanda tangan di layar"
        IDENTITY = "identity", "Identitas ditunjukkan"
        CODE = "code", "Kode pengambilan"
        UNPROVEN = "unproven", "Belum terbukti: kodenya tidak cocok"

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="stops")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="visit_stops")
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED)
    note_sealed = models.BinaryField(default=bytes)
    has_recorded = models.BooleanField(default=False)  # photo and biometrics for KTP-el or KIA
    proof = models.CharField(max_length=10, choices=Proof, blank=True)
    signature = models.CharField(max_length=200, blank=True)  # path of the picture
    # What could not be done any more when the report arrived, in words.
    conflict = models.CharField(max_length=500, blank=True)
    visited_at = models.DateTimeField(null=True)  # as the official says
    told_at = models.DateTimeField(null=True)  # when the report arrived
    done_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120, blank=True)  # the post by which it was done

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "case"], name="stop_once_a_visit"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="planned"), name="stop_planned_once"
            ),
            models.CheckConstraint(
                condition=Q(state="planned") | Q(told_at__isnull=False, done_by__isnull=False),
                name="stop_told_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(proof=""), name="stop_done_is_proven"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id}/{self.case_id}: {self.state}"

    @property
    def note(self) -> str:
        sealed = bytes(self.note_sealed)
        return unseal(sealed) if sealed else ""

    def seal_note(self, text: str) -> None:
        self.note_sealed = seal(text) if text else b""


class StopPhoto(Photo):
    """A photo taken at a visit."""

    stop = models.ForeignKey(Stop, on_delete=models.CASCADE, related_name="photos")

    class Meta(Photo.Meta):
        constraints = [
            models.UniqueConstraint(fields=["stop", "sha256"], name="stop_photo_once"),
        ]

    def __str__(self) -> str:
        return f"{self.stop_id}: {self.pk}"
