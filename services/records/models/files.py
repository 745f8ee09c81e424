"""Books that a worker makes as a file, because they are long."""

from django.conf import settings
from django.db import models

from tenants.office.models import Unit


class BookFile(models.Model):
    """A book as a file: asked for, made by a worker, downloaded by who asked, then deleted."""

    class State(models.TextChoices):
        MAKING = "making", "Sedang dibuat"
        READY = "ready", "Siap diunduh"
        FAILED = "failed", "Gagal"
        EXPIRED = "expired", "Sudah dihapus"

    kind = models.CharField(max_length=20)  # a key of ``services.records.books``
    wanted = models.JSONField(default=dict)  # unit, year, month and filters, as ids and codes
    format = models.CharField(max_length=4)  # pdf or xlsx
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State, default=State.MAKING)
    lines = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=200, blank=True)  # sealed
    name = models.CharField(max_length=120, blank=True)  # under which it is downloaded
    media_type = models.CharField(max_length=80, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["by", "-id"], name="book_files_of_user")]

    def __str__(self) -> str:
        return f"{self.kind}.{self.format} {self.pk}"
