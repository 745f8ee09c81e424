"""What residents of a neighbourhood do together: activities, and the night watch."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kernel.tanggal import DAYS
from services.residents.models import Person
from tenants.office.models import Unit

_USER = settings.AUTH_USER_MODEL


class Activity(models.Model):
    """Something that takes place once, weekly or monthly; each time on a day counted from ``on``
    (``activities.days``)."""

    class Repeats(models.TextChoices):
        ONCE = "", "Sekali saja"
        WEEKLY = "weekly", "Setiap minggu"
        MONTHLY = "monthly", "Setiap bulan, pada tanggal yang sama"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=100)
    on = models.DateField()  # the first time
    begins_at = models.TimeField()
    place = models.CharField(max_length=150)
    bring = models.CharField(max_length=200, blank=True)
    repeats = models.CharField(max_length=7, choices=Repeats, blank=True)
    until = models.DateField()  # the last day on which it may take place
    written_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["on", "pk"]
        verbose_name_plural = "activities"
        indexes = [models.Index(fields=["unit", "until"], name="activity_list")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("on")), name="activity_ends_after")
        ]

    def __str__(self) -> str:
        return self.title


class Reply(models.Model):
    """Whether a resident comes, for one day of an activity."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="replies")
    on = models.DateField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="replies")
    comes = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "replies"
        constraints = [
            models.UniqueConstraint(fields=["activity", "on", "person"], name="replied_once")
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.on}: {self.person_id}"


class Outcome(models.Model):
    """What the head notes of one day of an activity."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="outcomes")
    on = models.DateField()
    attended = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=1000, blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    path = models.CharField(max_length=200, blank=True)  # of the photo
    noted_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["path"], name="outcome_file")]
        constraints = [models.UniqueConstraint(fields=["activity", "on"], name="outcome_once")]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.on}"


class WatchGroup(models.Model):
    """Residents who keep watch together, on one night of each week."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    weekday = models.PositiveSmallIntegerField(null=True)  # 0 is Monday; None: on dates alone
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["weekday", "name", "pk"]
        indexes = [models.Index(fields=["unit", "weekday"], name="watch_list")]

    def __str__(self) -> str:
        return self.name

    @property
    def night_name(self) -> str:
        """The day of the week, "" where it keeps watch on dates alone."""
        return "" if self.weekday is None else DAYS[self.weekday]


class WatchMember(models.Model):
    group = models.ForeignKey(WatchGroup, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="watches")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["group", "person"], name="watches_once")]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.person_id}"


class WatchNight(models.Model):
    """A night on which this group keeps watch in place of the weekday's."""

    group = models.ForeignKey(WatchGroup, on_delete=models.CASCADE, related_name="nights")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # of the group
    on = models.DateField()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [models.UniqueConstraint(fields=["unit", "on"], name="watch_night_once")]

    def __str__(self) -> str:
        return f"{self.on}: {self.group_id}"


class WatchSwap(models.Model):
    """Two residents exchange their nights once the one who is asked agrees."""

    class State(models.TextChoices):
        ASKED = "asked", "Menunggu jawaban"
        AGREED = "agreed", "Disetujui"
        REFUSED = "refused", "Tidak bisa"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    asker = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="swaps_asked")
    on = models.DateField()  # the asker's night
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="swaps")
    other_on = models.DateField()  # the other's night, which the asker takes
    state = models.CharField(max_length=7, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["unit", "on"], name="watch_swap_nights"),
            models.Index(fields=["unit", "other_on"], name="watch_swap_others"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(asker=F("other")), name="swap_of_two"),
            models.UniqueConstraint(
                fields=["asker", "on"], condition=Q(state="asked") | Q(state="agreed"),
                name="swap_asked_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.asker_id} {self.on} / {self.other_id} {self.other_on}"
