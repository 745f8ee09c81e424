"""Public schema: who of the operators may look into which city, until when, by whose consent."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from tenants.registry.models import City

UNANSWERED = timedelta(days=7)  # an older request can no longer be granted


class Visit(models.Model):
    """One operator's request to look into one city, and what its administrators answered.

    Names are copied: the rows outlive the people and the city they speak of.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Menunggu jawaban kota"
        GRANTED = "granted", "Diizinkan"
        REFUSED = "refused", "Ditolak"
        REVOKED = "revoked", "Dicabut kota"
        ENDED = "ended", "Selesai"

    city = models.ForeignKey(
        City, null=True, blank=True, on_delete=models.SET_NULL, related_name="visits"
    )
    city_code = models.CharField(max_length=5)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    operator_id = models.BigIntegerField()  # accounts.User in public
    operator_name = models.CharField(max_length=150)
    reason = models.CharField(max_length=300)
    hours = models.PositiveSmallIntegerField()  # asked for
    asked_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True, blank=True)  # accounts.User in the city
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)  # of the consent
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=150, blank=True)
    # Of the one-time link: SHA-256 of its secret; emptied when it is used.
    link_digest = models.CharField(max_length=64, blank=True)
    entered_at = models.DateTimeField(null=True, blank=True)  # the last time

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "operator_id"],
                condition=Q(state__in=["asked", "granted"]),
                name="one_open_visit",
            ),
            models.CheckConstraint(
                condition=~Q(state="granted")
                | Q(expires_at__isnull=False, decided_at__isnull=False),
                name="consent_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=1) & Q(hours__lte=72), name="at_most_three_days"
            ),
        ]
        indexes = [models.Index(fields=["city", "-asked_at"])]

    def __str__(self) -> str:
        return f"{self.operator_name} → {self.city_code} ({self.state})"

    def is_open(self, at: datetime) -> bool:
        """Whether the consent holds at this moment."""
        return (
            self.state == self.State.GRANTED
            and self.expires_at is not None
            and at < self.expires_at
        )


class Question(models.Model):
    """What a city's administrators ask the operators. Names are copied, as on visits."""

    class State(models.TextChoices):
        WAITING = "waiting", "Menunggu jawaban"
        ANSWERED = "answered", "Sudah dijawab"

    city = models.ForeignKey(
        City, null=True, blank=True, on_delete=models.SET_NULL, related_name="questions"
    )
    city_code = models.CharField(max_length=5)
    subject = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    moved_at = models.DateTimeField()  # of the last message

    class Meta:
        ordering = ["-moved_at", "-pk"]
        indexes = [models.Index(fields=["state", "-moved_at"])]

    def __str__(self) -> str:
        return f"{self.city_code}: {self.subject}"


class Message(models.Model):
    """One message of a question; never changed."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="messages")
    is_from_city = models.BooleanField()
    author_id = models.BigIntegerField()  # accounts.User in the city, or in public
    author_name = models.CharField(max_length=150)
    text = models.CharField(max_length=4000)
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:40]}"
