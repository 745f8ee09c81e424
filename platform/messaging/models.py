"""Outbox: what has to happen after a commit, written in the same transaction as its cause."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Outbox(models.Model):
    """One piece of work for a worker, in the schema it concerns.

    ``key`` says what the work *is*: enqueued twice, done once. ``payload`` is emptied when the
    work is done, so that no mail text or personal detail outlives its purpose.
    """

    class State(models.TextChoices):
        DUE = "due", "Menunggu"
        ACTING = "acting", "Sedang dikerjakan"  # an effect; until ``due_at`` nobody else touches it
        UNKNOWN = "unknown", "Hasilnya diperiksa"  # whether it happened is asked at ``due_at``
        HELD = "held", "Hasilnya tidak diketahui"  # a person has to say whether it happened
        DONE = "done", "Selesai"
        FAILED = "failed", "Gagal"

    # What a worker has to look at once ``due_at`` has come.
    OPEN = (State.DUE, State.ACTING, State.UNKNOWN)

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()  # for an effect under way, the end of its lease
    sent_at = models.DateTimeField(null=True, blank=True)  # last handed to the broker
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "outbox"
        indexes = [
            models.Index(
                fields=["due_at"],
                name="outbox_due",
                # Not ``state__in``: PostgreSQL writes an array otherwise once it is copied.
                condition=Q(state="due") | Q(state="acting") | Q(state="unknown"),
            ),
            models.Index(fields=["done_at"], name="outbox_done", condition=Q(state="done")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class NoticeChoice(models.Model):
    """Whether somebody wants to be told of an occasion; without a row, as is usual."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    occasion = models.CharField(max_length=40)
    is_wanted = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "occasion"], name="notice_choice_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.occasion}"


class PushDevice(models.Model):
    """A browser on which somebody wants to be told (Web Push, RFC 8030 and RFC 8291)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    endpoint = models.CharField(max_length=500, unique=True)  # of the browser maker's push service
    p256dh = models.CharField(max_length=100)  # the browser's key, base64url
    auth = models.CharField(max_length=40)  # shared with the browser, base64url
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["user", "id"], name="push_device_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.pk}"
