"""What every scan has, of a letter or of a line of an old register."""

from django.conf import settings
from django.db import models


class Scan(models.Model):
    """A file that was scanned; each kind adds what it is a scan of."""

    name = models.CharField(max_length=120)
    path = models.CharField(max_length=200, blank=True)  # "" once it was destroyed
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["pk"]
