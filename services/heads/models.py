"""Heads of RT, RW and dusun from a spreadsheet, and the cards with which they sign in first."""

from django.conf import settings
from django.db import models

from kernel.clock import now
from tenants.office.models import Unit


class HeadsFile(models.Model):
    """A spreadsheet of heads and deputies, from its upload until all are appointed."""

    class State(models.TextChoices):
        READING = "reading", "Sedang diperiksa"
        CHECKED = "checked", "Menunggu persetujuan"
        WRITING = "writing", "Sedang menunjuk"
        DONE = "done", "Selesai"
        CANCELLED = "cancelled", "Dibatalkan"
        FAILED = "failed", "Gagal"

    state = models.CharField(max_length=10, choices=State, default=State.READING)
    # True or NULL: a unique column lets one file at a time be under way in a city.
    is_open = models.BooleanField(null=True, default=True, unique=True)
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=200, blank=True, default="")  # sealed; "" once it was read
    encoding = models.CharField(max_length=20, blank=True, default="")  # "" of a workbook
    headings = models.JSONField(default=list)  # pairs: as the file says, and the field it fills
    counts = models.JSONField(default=dict)  # numbers alone, see ``files``
    makes_units = models.BooleanField(default=False)  # RT and RW that are not there yet are made
    position = models.PositiveIntegerField(default=0)  # the line that was taken last
    message = models.CharField(max_length=500, blank=True, default="")  # why it failed
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(default=now)  # into its present state

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_moving(self) -> bool:
        """Whether a worker is at it."""
        return self.state in (HeadsFile.State.READING, HeadsFile.State.WRITING)


class HeadsLine(models.Model):
    """One line of such a file. Lines that went in are deleted at the end; refused ones stay a week,
    to be downloaded with their reasons."""

    class State(models.TextChoices):
        READY = "ready", "Siap ditunjuk"
        SAME = "same", "Sudah ditunjuk"
        REFUSED = "refused", "Perlu diperbaiki"

    file = models.ForeignKey(HeadsFile, on_delete=models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()  # as the spreadsheet counts
    state = models.CharField(max_length=7, choices=State)
    cells_sealed = models.BinaryField()  # JSON: the cells as they were, with a NIK among them
    reason = models.CharField(max_length=400, blank=True, default="")  # why it is refused
    doubt = models.CharField(max_length=400, blank=True, default="")  # what is unusual in it
    makes_unit = models.BooleanField(default=False)

    class Meta:
        ordering = ["line", "pk"]
        constraints = [models.UniqueConstraint(fields=["file", "line"], name="heads_line_once")]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.line}"


class CardSheet(models.Model):
    """A PDF of cards with first codes. It lies sealed until it is downloaded once."""

    class State(models.TextChoices):
        MAKING = "making", "Sedang dibuat"
        READY = "ready", "Siap dicetak"
        FETCHED = "fetched", "Sudah diunduh"
        FAILED = "failed", "Gagal"
        EXPIRED = "expired", "Lewat waktu"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # whose heads
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.MAKING)
    path = models.CharField(max_length=200, blank=True, default="")
    count = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(auto_now_add=True)
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["unit", "-id"], name="card_sheets_of_unit")]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.count}"
