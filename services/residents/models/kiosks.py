"""Kiosks: devices in an office on which residents file by themselves, and who stands at one."""

from datetime import datetime

from django.conf import settings
from django.db import models

from services.residents.kiosk import rules
from services.residents.models.people import Person
from tenants.office.models import Unit


class Kiosk(models.Model):
    """A browser that an official of a counter opened as a kiosk, for one day at most.

    It is known by a token in its cookie. ``user`` is an account that nobody signs in to: what
    residents do at the kiosk is recorded under it.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="kiosks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    token_digest = models.BinaryField(max_length=32, unique=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # The turn: who stands there, since when, when last touched, and whether a script reports
    # touches.
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    turn_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    is_scripted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(ended_at=None), name="kiosk_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.unit_id})"

    def standing(self, at: datetime) -> Person | None:
        """Whose turn it is; None once it ended or nobody has touched the screen for too long."""
        if self.person is None or self.turn_at is None or self.used_at is None:
            return None
        is_over = rules.is_over(self.turn_at, self.used_at, at, is_scripted=self.is_scripted)
        return None if is_over else self.person


class KioskCode(models.Model):
    """A code from the counter by which one resident begins a turn at a kiosk; only its keyed
    hash."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    checked = models.CharField(max_length=12)  # as ``OneTimeCode.checked``
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.person_id}"
