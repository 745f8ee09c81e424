"""Old registers on paper, line by line: typed by hand, or imported from a spreadsheet."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from kernel.clock import now
from services.letters.rules import initials
from services.records.models.scans import Scan
from tenants.office.models import Unit

_USER = settings.AUTH_USER_MODEL


class PaperImport(models.Model):
    """A spreadsheet of an old register, from its upload until its lines are there, or are taken
    back."""

    class State(models.TextChoices):
        READING = "reading", "Sedang diperiksa"
        CHECKED = "checked", "Menunggu persetujuan"
        WRITING = "writing", "Sedang dimasukkan"
        DONE = "done", "Selesai"
        CANCELLED = "cancelled", "Dibatalkan"
        FAILED = "failed", "Gagal"
        UNDONE = "undone", "Ditarik kembali"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4)  # of its lines, where they do not say it
    book = models.CharField(max_length=120)
    state = models.CharField(max_length=9, choices=State, default=State.READING)
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=200, blank=True)  # sealed; "" once it is over
    encoding = models.CharField(max_length=20, blank=True)  # "" of a workbook
    lines = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)  # lines with a fault
    # Line, column and words of each fault, the first ones alone.
    faults = models.JSONField(default=list)
    written = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    moved_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(state="reading") | Q(state="checked") | Q(state="writing"),
                name="one_paper_import_of_unit",
            )
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="paper_imports_of_unit")]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"

    @property
    def is_moving(self) -> bool:
        """Whether a worker is at it."""
        return self.state in (self.State.READING, self.State.WRITING)


class PaperRecord(models.Model):
    """One line of an old register: a permit or a letter from before Balai."""

    class Kind(models.TextChoices):
        HO = "ho", "Izin gangguan (HO)"
        IMB = "imb", "Izin mendirikan bangunan (IMB)"
        OTHER = "lain", "Lainnya"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind)
    book = models.CharField(max_length=120)  # the register it stood in
    number = models.CharField(max_length=100)
    year = models.PositiveSmallIntegerField()
    day = models.DateField(null=True)  # None: the register says the year alone
    name = models.CharField(max_length=150)  # the holder
    address = models.CharField(max_length=200, blank=True)
    about = models.CharField(max_length=250)
    code = models.CharField(max_length=40, blank=True)  # of the classification
    note = models.CharField(max_length=300, blank=True)
    search_keys = ArrayField(models.TextField(), default=list)  # see ``services.records.words``
    batch = models.ForeignKey(
        PaperImport, null=True, on_delete=models.PROTECT, related_name="records"
    )
    line = models.PositiveIntegerField(null=True)  # in the spreadsheet it came from
    entered_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "unit", "kind", "year", Upper("number"), name="paper_number_once"
            )
        ]
        indexes = [
            models.Index(fields=["unit", "-year", "-id"], name="papers_of_unit"),
            models.Index(fields=["-year", "-id"], name="papers_of_city"),
            models.Index(Upper("number"), name="paper_number"),
            models.Index(fields=["batch"], name="papers_of_import"),
            GinIndex(fields=["search_keys"], name="paper_search"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def masked(self) -> str:
        """The holder as lists show people."""
        return initials(self.name)


class PaperScan(Scan):
    """A scan of a line of an old register, or of the paper it names."""

    record = models.ForeignKey(PaperRecord, on_delete=models.CASCADE, related_name="scans")

    def __str__(self) -> str:
        return f"{self.record_id}: {self.name}"
