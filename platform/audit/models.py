"""Append-only: who did what, and who read whose data."""

from typing import Any, ClassVar

from django.db import models


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Refuses what would change or remove rows, also many at a time."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"rows of {self.model.__name__} are never changed")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise TypeError(f"rows of {self.model.__name__} are never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"rows of {self.model.__name__} are never deleted")


class Entry(models.Model):
    """One deed or one reading. Rows are only ever inserted."""

    at = models.DateTimeField(auto_now_add=True)
    actor_id = models.BigIntegerField(null=True)  # accounts.User in the same schema
    actor_name = models.CharField(max_length=150, blank=True)
    what = models.CharField(max_length=60)  # "case.decided", "person.read"
    subject = models.CharField(max_length=40)  # "application", "person"
    subject_id = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)

    objects: ClassVar[models.Manager["Entry"]] = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "subject_id", "-at"]),
            models.Index(fields=["actor_id", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.subject}:{self.subject_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("audit entries are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("audit entries are never deleted")
