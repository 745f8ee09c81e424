"""Imports of spreadsheets: each is a row; while it is checked, so are its lines.

``ImportRow`` and ``ImportFamily`` hold the lines of the one import that is open in a city, and are
emptied when it is over. They carry no foreign keys: they are written by the hundred thousand.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models

from kernel.clock import now
from services.residents.imports.staged import FACTS
from services.residents.models.people import Household, Person, Source

KEEP_REFUSED = timedelta(days=7)  # the file of lines to repair


class ImportRun(models.Model):
    """One import, from the upload to its end, and perhaps its undoing."""

    class State(models.TextChoices):
        RECEIVING = "receiving", "Sedang diunggah"
        UPLOADED = "uploaded", "Diunggah"
        MAPPING = "mapping", "Menunggu pilihan kolom"
        READING = "reading", "Sedang diperiksa"
        CHECKED = "checked", "Menunggu persetujuan"
        WRITING = "writing", "Sedang ditulis"
        DONE = "done", "Selesai"
        CANCELLED = "cancelled", "Dihentikan"
        FAILED = "failed", "Gagal"
        UNDOING = "undoing", "Sedang dibatalkan"
        UNDONE = "undone", "Dibatalkan"

    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    # True or NULL: a unique column lets one import at a time be under way in a city.
    is_open = models.BooleanField(null=True, default=True, unique=True)
    name = models.CharField(max_length=200)  # of the file
    facts_on = models.DateField()  # the day the file's facts are of
    path = models.CharField(max_length=200, blank=True, default="")  # sealed; "" once over
    pieces = models.JSONField(default=list)  # paths of what has arrived of a large file
    encoding = models.CharField(max_length=20, blank=True, default="")  # "" of a workbook
    # Sealed JSON: sheets with their first rows, to choose headings from; emptied with the file.
    sheets_sealed = models.BinaryField(null=True)
    sheet = models.PositiveSmallIntegerField(default=0)
    header = models.PositiveSmallIntegerField(default=0)  # row of the headings, from 0
    columns = models.JSONField(default=list)  # a field, "" (left out) or null for each column
    village = models.CharField(max_length=40, blank=True, default="")  # of files without one
    counts = models.JSONField(default=dict)  # numbers alone, see ``checks`` and ``writing``
    accepted = models.JSONField(default=list)  # kinds of doubt that were looked at and accepted
    position = models.BigIntegerField(default=0)  # how far the step under way has come
    phase = models.CharField(max_length=10, blank=True, default="")  # of writing and undoing
    message = models.CharField(max_length=500, blank=True, default="")  # why it failed
    repair_path = models.CharField(max_length=200, blank=True, default="")  # sealed CSV
    repair_until = models.DateTimeField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.OneToOneField(Source, null=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(default=now)  # into its present state

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        return self.is_open is None

    @property
    def is_moving(self) -> bool:
        """Whether something is under way that nobody is asked about."""
        states = ImportRun.State
        return self.state in (
            states.RECEIVING,
            states.UPLOADED,
            states.READING,
            states.WRITING,
            states.UNDOING,
        )


class ImportRow(models.Model):
    """One line of the file under way: what it says, what is wrong and what is doubtful in it.

    NULL is "the line does not say". The columns of ``FACTS`` are those of a person and of a
    household, each of them nullable here; they are added below.
    """

    REFUSED, LEFT = "refused", "left"  # cannot be taken; was doubtful and not accepted

    line = models.IntegerField(primary_key=True)
    who = models.CharField(max_length=60, null=True)  # noqa: DJ001 - of a name that is refused
    state = models.CharField(max_length=8, null=True)  # noqa: DJ001 - NULL: goes in
    problems = models.JSONField(null=True)  # [[heading, text], …]
    doubts = models.JSONField(null=True)  # [[kind, text], …]
    nik_print = models.BinaryField(null=True)
    nik_sealed = models.BinaryField(null=True)
    kk_print = models.BinaryField(null=True)
    kk_sealed = models.BinaryField(null=True)
    father_nik_sealed = models.BinaryField(null=True)
    mother_nik_sealed = models.BinaryField(null=True)
    place = models.CharField(max_length=40, null=True)  # noqa: DJ001
    person_id = models.BigIntegerField(null=True)  # whom the register has already

    def __str__(self) -> str:
        return f"baris {self.line}"


def _open_copy(name: str) -> "models.Field[Any, Any]":
    """The column of a person or household of this name, without default, choice or constraint."""
    model = Person if any(field.name == name for field in Person._meta.fields) else Household
    found: Any = model._meta.get_field(name)
    _, _, arguments, settings_ = found.deconstruct()
    for setting in ("choices", "default", "db_default", "unique", "db_index"):
        settings_.pop(setting, None)
    copy: models.Field[Any, Any] = type(found)(
        *arguments, **{**settings_, "null": True, "blank": True}
    )
    return copy


for _name in FACTS:
    ImportRow.add_to_class(_name, _open_copy(_name))


class ImportFamily(models.Model):
    """One family card of the file under way."""

    number = models.IntegerField(primary_key=True)
    kk_print = models.BinaryField()
    kk_sealed = models.BinaryField()
    address = models.CharField(max_length=200, null=True)  # noqa: DJ001
    postal_code = models.CharField(max_length=5, null=True)  # noqa: DJ001
    place = models.CharField(max_length=40, null=True)  # noqa: DJ001
    first_line = models.IntegerField()
    household_id = models.BigIntegerField(null=True)  # that the register has already
    is_changed = models.BooleanField(default=False)  # its address or place will be another

    def __str__(self) -> str:
        return f"keluarga {self.number}"


class ImportHeading(models.Model):
    """What this city takes a heading for: remembered from the last file that had it."""

    key = models.CharField(max_length=100, unique=True)  # ``imports.columns.key`` of the heading
    field = models.CharField(max_length=40, blank=True)  # "": left out

    def __str__(self) -> str:
        return self.key
