"""What a head of an RT keeps of the neighbourhood. Rows are written by this app's actions alone."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from services.applications.models import Application
from services.residents.models import Person
from services.residents.sealing import unseal
from tenants.office.models import Unit

_USER = settings.AUTH_USER_MODEL


class Mark(models.Model):
    """What the head of an RT knows of somebody and the register does not: since when, and why.

    A mark that no longer holds is ended and stays as history.
    """

    class Kind(models.TextChoices):
        PREGNANT = "pregnant", "Ibu hamil"
        CHRONIC = "chronic", "Sakit menahun"
        DISABLED = "disabled", "Disabilitas"
        ORPHAN = "orphan", "Anak yatim atau piatu"
        NEEDS_HELP = "needs_help", "Perlu bantuan"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=12, choices=Kind)
    note_sealed = models.BinaryField()  # about somebody's health: sealed like the register
    since = models.DateField()
    set_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(ended_at=None), name="mark_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind}"

    @property
    def note(self) -> str:
        return unseal(self.note_sealed)


class BoardingHouse(models.Model):
    """A house whose rooms are let: rumah kos or kontrakan."""

    class Kind(models.TextChoices):
        ROOMS = "rooms", "Rumah kos"
        HOUSES = "houses", "Rumah kontrakan"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=100)
    address = models.CharField(max_length=200)
    rooms = models.PositiveSmallIntegerField()
    owner_name = models.CharField(max_length=150)
    owner_phone = models.CharField(max_length=20, blank=True)
    # Who of the neighbourhood answers for it: the owner, or who looks after it.
    keeper = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="boarding_houses")
    noted_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["unit", "name"], name="boarding_house_list")]

    def __str__(self) -> str:
        return self.name


class Report(models.Model):
    """A case that the head of a neighbourhood filed: about what, for which unit, of which day."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="report")
    # Whom the head chose from the book; of who died, not the applicant.
    about = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="reports")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=12)  # the kind of its service's event; "" without one
    on = models.DateField()  # when it happened; the day of filing where the answers do not say
    title = models.CharField(max_length=120)  # the post by which it was filed

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["unit", "-id"], name="report_list"),
            models.Index(fields=["unit", "on"], name="report_month"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.on}"


class Guest(models.Model):
    """Somebody who stays the night in a neighbourhood without living there: a guest, or a lodger
    of a boarding house."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="guests")
    house = models.ForeignKey(
        BoardingHouse, null=True, on_delete=models.PROTECT, related_name="lodgers"
    )
    # Of the register, where it knows their NIK.
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="stays")
    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="guest")
    name = models.CharField(max_length=150)
    nik_sealed = models.BinaryField(null=True)
    came_from = models.CharField(max_length=250, blank=True)
    arrived_on = models.DateField()
    stays_until = models.DateField()
    left_on = models.DateField(null=True)

    class Meta:
        ordering = ["-arrived_on", "-pk"]
        indexes = [models.Index(fields=["unit", "-arrived_on"], name="guest_book")]

    def __str__(self) -> str:
        return self.name

    @property
    def nik(self) -> str:
        return unseal(self.nik_sealed) if self.nik_sealed else ""


class MonthlyReport(models.Model):
    """The monthly report of one unit as it was sent. A correction is another version."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()  # its first day
    version = models.PositiveSmallIntegerField()
    figures = models.JSONField()  # numbers alone, see ``services.neighbourhood.monthly``
    is_nil = models.BooleanField()  # nothing happened in this month
    sent_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)  # the post by which it was sent
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["-month", "unit", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "month", "version"], name="monthly_version_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="monthly_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month:%Y-%m} {self.version}"
