"""Letters that came to an office, and letters it wrote outside Balai."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from services.records.models.scans import Scan
from tenants.office.models import Post, Unit

_USER = settings.AUTH_USER_MODEL


class AgendaEntry(models.Model):
    """One line of an agenda. What Balai issued itself has no row here: it is in ``letters``.

    A line that was noted by mistake is struck out with a reason; its number stays used.
    """

    class Direction(models.TextChoices):
        IN = "in", "masuk"
        OUT = "out", "keluar"

    direction = models.CharField(max_length=3, choices=Direction)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    # Which series of numbers the agenda number is of, and its year; "" of what has none.
    series = models.CharField(max_length=40, blank=True)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField(null=True)
    number = models.CharField(max_length=100)  # as it stands on the letter
    dated = models.DateField()
    party = models.CharField(max_length=200)  # the sender, or whom it was written to
    subject = models.CharField(max_length=250)
    on = models.DateField()  # the day it was received, or sent
    classification = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)
    search_keys = ArrayField(models.TextField(), default=list)  # see ``services.records.words``
    entered_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    void_at = models.DateTimeField(null=True)
    void_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    void_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-on", "-pk"]
        verbose_name_plural = "agenda entries"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "series", "year", "sequence"], name="agenda_number_once"
            ),
            models.CheckConstraint(
                condition=Q(direction="out", sequence=None)
                | Q(direction="in", sequence__isnull=False) & ~Q(series=""),
                name="incoming_has_agenda_number",
            ),
            models.CheckConstraint(
                condition=Q(void_at=None, void_by=None, void_reason="")
                | Q(void_at__isnull=False, void_by__isnull=False) & ~Q(void_reason=""),
                name="void_entry_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["direction", "unit", "-on", "-id"], name="agenda_of_unit"),
            models.Index(fields=["direction", "-on", "-id"], name="agenda_of_city"),
            GinIndex(fields=["search_keys"], name="agenda_search"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.number}"

    @property
    def agenda_number(self) -> str:
        """The number in the agenda, as it is written on the paper; "" of an outgoing letter."""
        return "" if self.sequence is None else f"{self.sequence:04d}/{self.year}"


class EntryScan(Scan):
    """A scan of a letter in an agenda."""

    entry = models.ForeignKey(AgendaEntry, on_delete=models.CASCADE, related_name="scans")

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.name}"


class Disposition(models.Model):
    """A letter that came is given to a post, with what is to be done."""

    entry = models.ForeignKey(AgendaEntry, on_delete=models.CASCADE, related_name="dispositions")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    instruction = models.CharField(max_length=300)
    by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["post", "-id"], name="disposition_of_post")]

    def __str__(self) -> str:
        return f"{self.entry_id} → {self.post_id}"
