"""Public schema: copies a city took of its data, and the two signatures under its deletion.

Names and codes are copied: these rows outlive the city they speak of.
"""

from django.db import models
from django.db.models import Q

from tenants.registry.models import City, Tombstone


class DataExport(models.Model):
    """One full copy in open formats, asked for by an administrator."""

    class State(models.TextChoices):
        WAITING = "waiting", "Menunggu giliran"
        RUNNING = "running", "Sedang disiapkan"
        READY = "ready", "Siap diunduh"
        EXPIRED = "expired", "Sudah dihapus"
        FAILED = "failed", "Gagal"

    UNDER_WAY = (State.WAITING, State.RUNNING)

    city = models.ForeignKey(
        City, null=True, blank=True, on_delete=models.SET_NULL, related_name="exports"
    )
    city_code = models.CharField(max_length=5)
    code = models.CharField(max_length=26, unique=True)  # in the download's address
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    percent = models.PositiveSmallIntegerField(default=0)
    doing = models.CharField(max_length=120, blank=True)  # what is being copied, in Indonesian
    asked_by_id = models.BigIntegerField()  # accounts.User in the city's schema
    asked_by_name = models.CharField(max_length=150)
    asked_by_email = models.CharField(max_length=254)
    asked_at = models.DateTimeField(auto_now_add=True)
    taken_at = models.DateTimeField(null=True, blank=True)  # the moment its rows show
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    path = models.CharField(max_length=200, blank=True)  # in the files folder
    size = models.PositiveBigIntegerField(default=0)  # bytes
    rows = models.PositiveBigIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    downloads = models.PositiveIntegerField(default=0)  # begun
    downloaded_at = models.DateTimeField(null=True, blank=True)  # the whole of it, last time
    problem = models.CharField(max_length=300, blank=True)  # fit to show

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_export_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["state", "expires_at"])]

    def __str__(self) -> str:
        return f"{self.city_code} {self.state}"

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY


class DeletionRequest(models.Model):
    """A city's wish to be deleted: asked for by one person, confirmed by another."""

    class State(models.TextChoices):
        ASKED = "asked", "Menunggu orang kedua"
        CONFIRMED = "confirmed", "Masa tenggang"
        CANCELLED = "cancelled", "Dibatalkan"
        DELETING = "deleting", "Sedang dihapus"
        DONE = "done", "Sudah dihapus"

    OPEN = (State.ASKED, State.CONFIRMED, State.DELETING)

    city = models.ForeignKey(
        City, null=True, blank=True, on_delete=models.SET_NULL, related_name="deletion_requests"
    )
    city_code = models.CharField(max_length=5)
    city_name = models.CharField(max_length=100)
    zone = models.CharField(max_length=40)  # the city's time zone, for the certificate
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    reason = models.CharField("alasan", max_length=300)
    export = models.ForeignKey(DataExport, on_delete=models.PROTECT, related_name="+")
    asked_by_id = models.BigIntegerField()  # accounts.User in the city's schema
    asked_by_name = models.CharField(max_length=150)
    asked_by_email = models.CharField(max_length=254)
    asked_at = models.DateTimeField()
    # The second person: another administrator, or an operator when the city has no other.
    confirmed_by_id = models.BigIntegerField(null=True, blank=True)
    confirmed_by_name = models.CharField(max_length=150, blank=True)
    confirmed_by_email = models.CharField(max_length=254, blank=True)
    confirmed_by_operator = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    grace_until = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)  # the mail one day before
    cancelled_by_name = models.CharField(max_length=150, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # What the destruction found and did; the certificate says nothing else.
    inventory = models.JSONField(default=dict)  # tables, rows, files, bytes, deeds since export
    key_fingerprint = models.CharField(max_length=64, blank=True)  # SHA-256 of the data key
    closed_at = models.DateTimeField(null=True, blank=True)
    key_destroyed_at = models.DateTimeField(null=True, blank=True)
    tombstone = models.ForeignKey(
        Tombstone, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recipients = models.JSONField(default=list)  # addresses to tell; emptied when they are told
    certificate_code = models.CharField(max_length=26, unique=True)
    certificate = models.BinaryField(null=True, blank=True)  # PDF
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city"],
                condition=Q(state__in=["asked", "confirmed", "deleting"]),
                name="one_deletion_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "cancelled"]) | Q(confirmed_at__isnull=False),
                name="deletion_needs_two_people",
            ),
        ]
        indexes = [models.Index(fields=["state", "grace_until"])]

    def __str__(self) -> str:
        return f"{self.city_name} {self.state}"
