"""Public schema: schemas made in advance."""

from django.db import models


class Spare(models.Model):
    """An empty city schema made in advance; a signup claims it by renaming it."""

    schema_name = models.CharField(max_length=63, unique=True)
    fingerprint = models.CharField(max_length=64)  # of the migrations it stands at
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["fingerprint", "id"])]

    def __str__(self) -> str:
        return self.schema_name
