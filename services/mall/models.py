"""What a city says of the tiles of its mall, and numbers of outside systems. Rows are written by
this app's actions alone."""

from django.conf import settings
from django.db import models

from services.applications.models import Application
from services.queueing.models import QueueLine
from services.residents.models import Person
from services.residents.sealing import unseal
from tenants.office.models import Unit


class Tile(models.Model):
    """Of a shipped tile, what the city says differently; of its own, everything. A shipped tile
    without a row is as it was shipped."""

    slug = models.SlugField(max_length=60, unique=True)
    is_on = models.BooleanField()
    words = models.JSONField(default=dict)  # fields of ``spec.TileSpec``
    # Whose it is, where that is an office of the city.
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    # Where the times of an appointment are booked.
    line = models.ForeignKey(QueueLine, null=True, on_delete=models.PROTECT, related_name="+")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


# --- numbers of outside systems -------------------------------------------------------------------


class StatusFile(models.Model):
    """A list of numbers with their statuses, as a dinas exported it from SIMBG or OSS."""

    class State(models.TextChoices):
        COLUMNS = "columns", "Menunggu kolomnya dipilih"
        READING = "reading", "Sedang diperiksa"
        CHECKED = "checked", "Menunggu persetujuan"
        WRITING = "writing", "Sedang ditulis"
        DONE = "done", "Selesai"
        CANCELLED = "cancelled", "Dibatalkan"
        FAILED = "failed", "Gagal"

    system = models.SlugField(max_length=20)  # see ``systems.toml``
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()  # the day whose statuses it tells
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=200, blank=True, default="")  # sealed; "" at its end
    encoding = models.CharField(max_length=20, blank=True, default="")  # "" of a workbook
    sheet = models.PositiveSmallIntegerField(default=0)
    header = models.PositiveSmallIntegerField(default=0)  # the row that names the columns, from 0
    columns = models.JSONField(default=list)  # pairs: heading, and the field it fills or ""
    state = models.CharField(max_length=10, choices=State)
    # True or NULL: one list of a system at a time is under way.
    is_open = models.BooleanField(null=True, default=True)
    counts = models.JSONField(default=dict)  # numbers alone, see ``status_files``
    problems = models.JSONField(default=list)  # the first faults: line, heading and words
    message = models.CharField(max_length=500, blank=True, default="")  # why it failed
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField()  # into its present state

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["system", "is_open"], name="one_list_at_a_time")
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="status_files_of_unit")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_moving(self) -> bool:
        """Whether a worker is at it."""
        return self.state in (StatusFile.State.READING, StatusFile.State.WRITING)


class OutsideStatus(models.Model):
    """The last known status of a number, claimed by somebody or not. Nobody is named."""

    system = models.SlugField(max_length=20)
    number = models.CharField(max_length=40)
    part = models.CharField(max_length=40, blank=True, default="")  # KBLI of an NIB
    status = models.CharField(max_length=120)  # in the words of the list
    status_on = models.DateField(null=True)  # since when, where the list says so
    expires_on = models.DateField(null=True)
    as_of = models.DateField()  # of the newest list that tells it
    reminded_for = models.DateField(null=True)  # of which end its holders were told
    file = models.ForeignKey(StatusFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["system", "number", "part"]
        constraints = [
            models.UniqueConstraint(fields=["system", "number", "part"], name="outside_number_once")
        ]
        indexes = [
            models.Index(
                fields=["expires_on"], condition=models.Q(expires_on__isnull=False),
                name="outside_expires",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.system} {self.number}"


class OutsideChange(models.Model):
    """One status a number had, kept for good."""

    of = models.ForeignKey(OutsideStatus, on_delete=models.CASCADE, related_name="changes")
    status = models.CharField(max_length=120)
    status_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    as_of = models.DateField()
    file = models.ForeignKey(StatusFile, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        ordering = ["-as_of", "-pk"]
        indexes = [models.Index(fields=["of", "-as_of", "-id"], name="outside_history")]

    def __str__(self) -> str:
        return f"{self.of_id}: {self.status}"


class OwnNumber(models.Model):
    """A number that somebody has in an outside system, as they or a desk noted it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    system = models.SlugField(max_length=20)
    number = models.CharField(max_length=40)
    name = models.CharField(max_length=120)  # the building or the business
    place_sealed = models.BinaryField(default=bytes)
    # The case that came before it here: a recommendation, a statement.
    case = models.ForeignKey(
        Application, null=True, on_delete=models.SET_NULL, related_name="outside_numbers"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "system", "number"], name="own_number_once")
        ]
        indexes = [models.Index(fields=["system", "number"], name="own_number_claims")]

    def __str__(self) -> str:
        return f"{self.system} {self.number}"

    @property
    def place(self) -> str:
        sealed = bytes(self.place_sealed)
        return unseal(sealed) if sealed else ""
