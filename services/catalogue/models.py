"""The services one city offers, and every version it ever published."""

from typing import Any

from django.conf import settings
from django.db import models

from services.catalogue.blueprint import Blueprint, parse_cached


class Service(models.Model):
    """A service in this city. Applications pin the version they began with."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)  # of the current version, for lists
    category = models.SlugField(max_length=60)
    is_active = models.BooleanField(default=True)
    current = models.ForeignKey(
        "ServiceVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["title"]
        indexes = [models.Index(fields=["is_active", "title"])]

    def __str__(self) -> str:
        return self.title


class ServiceVersion(models.Model):
    """One published definition; never changed, only followed by another."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="versions")
    digest = models.CharField(max_length=64)
    release = models.PositiveIntegerField()  # of the blueprint it is based on
    definition = models.JSONField()
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "digest"], name="version_once_per_content")
        ]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.service_id}@{self.digest[:8]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("a published version is never changed")
        super().save(*args, **kwargs)

    @property
    def blueprint(self) -> Blueprint:
        return parse_cached(self.definition)
