"""What heads tell their residents: announcements, and numbers to call."""

from django.conf import settings
from django.db import models

from services.residents.models import Person
from tenants.office.models import Unit

_USER = settings.AUTH_USER_MODEL


class Announcement(models.Model):
    """A text for the residents of a unit, or for some of them; withdrawn ones stay as history."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=4000)
    # "all", "heads" (of families), or a key of ``groups.GROUPS``: residents never read it.
    audience = models.CharField(max_length=16)
    pinned_until = models.DateField(null=True)
    file_name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    path = models.CharField(max_length=200, blank=True)  # "" without a file
    written_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=120)  # the post by which it was written
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-published_at", "-pk"]
        indexes = [
            models.Index(fields=["unit", "-published_at", "-id"], name="announcement_list"),
            models.Index(fields=["path"], name="announcement_file"),
        ]

    def __str__(self) -> str:
        return self.title


class Opening(models.Model):
    """A resident opened an announcement: the first time."""

    announcement = models.ForeignKey(
        Announcement, on_delete=models.CASCADE, related_name="openings"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="openings")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["announcement", "person"], name="opened_once")
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id}: {self.person_id}"


class Contact(models.Model):
    """A number that a unit shares with its residents."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=20)
    note = models.CharField(max_length=120, blank=True)
    position = models.PositiveSmallIntegerField()
    # Whose own number it is: shown as long as they hold a post of the unit.
    holder = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["unit", "position"], name="contact_list")]

    def __str__(self) -> str:
        return self.name

    @property
    def dialled(self) -> str:
        """The number as a phone dials it."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")
