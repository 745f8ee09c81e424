"""Lines of an office's waiting room. Rows are written by this app's actions alone."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from services.cases.models import Case
from services.residents.models import Person
from tenants.office.models import Unit

_USER = settings.AUTH_USER_MODEL


class QueueLine(models.Model):
    """One line of people at an office: ``A`` for letters, ``B`` for population records."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=2)  # before its numbers: "A012"
    # Addresses of the services that are asked for here; none: whatever somebody comes for.
    services = ArrayField(models.CharField(max_length=60), default=list)
    # When numbers are given; null: in the service hours of the offices.
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    capacity = models.PositiveSmallIntegerField(null=True)  # numbers a day; null: no limit
    closed_at = models.DateTimeField(null=True)  # it is used no more

    class Meta:
        ordering = ["unit", "prefix", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "prefix"], condition=Q(closed_at=None), name="line_letter_once"
            ),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(opens__isnull=False, closes__gt=F("opens")),
                name="line_closes_later",
            ),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gt=0), name="line_for_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"


class Window(models.Model):
    """Where an official serves: ``Loket 2``."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=30)
    # Ids of the lines that are called here; none: every line of the office.
    line_ids = ArrayField(models.BigIntegerField(), default=list)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["unit", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], condition=Q(closed_at=None), name="window_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Ticket(models.Model):
    """A number of one line and day, and what became of it. The number stays that of ``line`` when
    whoever holds it is sent to another line."""

    class State(models.TextChoices):
        WAITING = "waiting", "menunggu"
        CALLED = "called", "dipanggil"
        SERVING = "serving", "dilayani"
        DONE = "done", "selesai"
        NO_SHOW = "no_show", "tidak hadir"
        CANCELLED = "cancelled", "dibatalkan"
        LEFT = "left", "tidak sempat dilayani"

    class Via(models.TextChoices):
        COUNTER = "counter", "di loket"
        KIOSK = "kiosk", "di kios"
        PHONE = "phone", "lewat ponsel"
        APPOINTMENT = "appointment", "dengan janji"

    line = models.ForeignKey(QueueLine, on_delete=models.PROTECT, related_name="tickets")
    day = models.DateField()
    number = models.PositiveIntegerField()
    waits_in = models.ForeignKey(QueueLine, on_delete=models.PROTECT, related_name="waiting")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    via = models.CharField(max_length=12, choices=Via)
    # Elderly, disabled, pregnant or with a small child: which of these is not kept.
    goes_first = models.BooleanField(default=False)
    slot_at = models.DateTimeField(null=True)  # of an appointment
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="tickets")
    taken_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    waits_since = models.DateTimeField()  # what its turn is counted from
    window = models.ForeignKey(Window, null=True, on_delete=models.PROTECT, related_name="tickets")
    by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField(null=True)  # the first time, by whom it was served
    announced_at = models.DateTimeField(null=True)  # the last time
    calls = models.PositiveSmallIntegerField(default=0)
    served_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["line", "day", "number"], name="ticket_number_once"),
            # Somebody stands at one window, and a window serves one at a time.
            models.UniqueConstraint(
                fields=["window"],
                condition=Q(state="called") | Q(state="serving"),
                name="window_serves_one",
            ),
            models.UniqueConstraint(
                fields=["person", "line", "day"],
                condition=Q(state="waiting") | Q(state="called") | Q(state="serving"),
                name="person_waits_once",
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="ticket_has_number"),
            models.CheckConstraint(
                condition=~(Q(state="called") | Q(state="serving"))
                | Q(window__isnull=False, by__isnull=False, called_at__isnull=False),
                name="called_to_a_window",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(state="called") | Q(state="serving")
                | Q(ended_at__isnull=False),
                name="ended_ticket_has_moment",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["waits_in", "day", "id"], condition=Q(state="waiting"),
                name="ticket_waiting",
            ),
            models.Index(fields=["day", "line"], name="ticket_of_day"),
            models.Index(fields=["person", "-day"], name="ticket_of_person"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.day} {self.code}"

    @property
    def code(self) -> str:
        """What is called and printed: ``A012``."""
        return f"{self.line.prefix}{self.number:03d}"


class Screen(models.Model):
    """A browser in a waiting room that shows who is called. It knows numbers and windows alone."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    made_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # What is typed on the screen to pair it, until then; and the token it keeps from then on.
    code_digest = models.BinaryField(max_length=32, null=True, unique=True)
    code_until = models.DateTimeField(null=True)
    token_digest = models.BinaryField(max_length=32, null=True, unique=True)
    paired_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["unit", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(token_digest=None) | Q(paired_at__isnull=False, code_digest=None),
                name="paired_screen_has_no_code",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.unit_id})"


class SlotRule(models.Model):
    """On one weekday, from when until when a line takes appointments, and how many at a time."""

    line = models.ForeignKey(QueueLine, on_delete=models.CASCADE, related_name="slot_rules")
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    opens = models.TimeField()
    closes = models.TimeField()
    minutes = models.PositiveSmallIntegerField()  # how long one appointment lasts
    capacity = models.PositiveSmallIntegerField()  # people at one time

    class Meta:
        ordering = ["line", "weekday", "opens", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["line", "weekday", "opens"], name="slot_rule_once"),
            models.CheckConstraint(
                condition=Q(weekday__lte=6, closes__gt=F("opens"), minutes__gte=5, capacity__gte=1),
                name="slot_rule_gives_slots",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.weekday} {self.opens}"


class DayWithout(models.Model):
    """A day on which a line takes no appointments, besides the days on which offices are closed."""

    line = models.ForeignKey(QueueLine, on_delete=models.CASCADE, related_name="days_without")
    day = models.DateField()
    reason = models.CharField(max_length=100)  # read by whoever had one

    class Meta:
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["line", "day"], name="day_without_once"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.day}"


class Appointment(models.Model):
    """A time that somebody is promised in a line. Nothing says what it is about."""

    class State(models.TextChoices):
        BOOKED = "booked", "dijanjikan"
        ARRIVED = "arrived", "datang"
        MISSED = "missed", "tidak datang"
        CANCELLED = "cancelled", "dibatalkan"
        WITHDRAWN = "withdrawn", "dibatalkan kantor"

    line = models.ForeignKey(QueueLine, on_delete=models.PROTECT, related_name="appointments")
    starts_at = models.DateTimeField()
    # One of the places of this time: two never have the same, so that it is never overfull.
    place = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    booked_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    booked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.BOOKED)
    reminded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=100, blank=True)  # why the office took it back
    ticket = models.OneToOneField(
        Ticket, null=True, on_delete=models.PROTECT, related_name="appointment"
    )

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "starts_at", "place"],
                condition=~(Q(state="cancelled") | Q(state="withdrawn")),
                name="appointment_place_once",
            ),
            models.UniqueConstraint(
                fields=["person", "line"], condition=Q(state="booked"), name="booked_once"
            ),
            models.CheckConstraint(condition=Q(place__gt=0), name="appointment_has_place"),
            models.CheckConstraint(
                condition=Q(state="booked") | Q(ended_at__isnull=False),
                name="ended_appointment_has_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["line", "starts_at", "id"], name="appointment_list"),
            models.Index(
                fields=["starts_at"], condition=Q(state="booked"), name="appointment_to_come"
            ),
            models.Index(fields=["person", "-starts_at"], name="appointment_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.starts_at}"
