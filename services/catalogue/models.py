"""The services one city offers, and every version it ever published."""

from typing import Any

from django.conf import settings
from django.db import models

from services.catalogue.blueprint import Blueprint, parse_stored
from services.catalogue.translation import read_in
from tenants.office.models import Unit


class Release(models.Model):
    """A release of a shared blueprint as this city received it: what its changes are based on."""

    slug = models.SlugField(max_length=60)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    definition = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug", "number"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "number"], name="release_received_once")
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.number}"

    @property
    def blueprint(self) -> Blueprint:
        return parse_stored(self.digest, self.definition)


class Service(models.Model):
    """A service in this city. Applications pin the version they began with."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=250)  # of the current version, for lists
    category = models.SlugField(max_length=60)
    # What lists and search show of the current version, so that they need not read definitions.
    card = models.JSONField(default=dict)  # summary, icon, fee, steps, synonyms
    is_active = models.BooleanField(default=True)
    current = models.ForeignKey(
        "ServiceVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # The release this city's version is based on; null for a service of the city's own.
    base = models.ForeignKey(Release, null=True, on_delete=models.PROTECT, related_name="+")
    kept_until = models.PositiveIntegerField(default=0)  # releases up to this were declined
    draft = models.JSONField(null=True)  # a whole definition being edited
    draft_edition = models.PositiveIntegerField(default=0)  # grows with every save
    draft_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    draft_at = models.DateTimeField(null=True)
    written_in: str = "id"  # the language a list shows it in; not stored

    class Meta:
        ordering = ["title"]
        indexes = [models.Index(fields=["is_active", "title"])]

    def __str__(self) -> str:
        return self.title


class Switch(models.Model):
    """Something turned off (or on again) in one kelurahan or desa: a service, or e-RT itself."""

    ERT = "e-rt"  # the steps of RT, RW and dusun

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=64)  # a service's slug, or ERT
    is_on = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "what"], name="switch_once")]

    def __str__(self) -> str:
        return f"{self.what}@{self.unit_id}: {'on' if self.is_on else 'off'}"


class ServiceVersion(models.Model):
    """One published definition; never changed, only followed by another."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="versions")
    digest = models.CharField(max_length=64)
    # Of the blueprint it is based on; 1 for a service of the city's own.
    release = models.PositiveIntegerField()
    definition = models.JSONField()
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)

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
        return parse_stored(self.digest, self.definition)

    def read_in(self, language: str) -> Blueprint:
        """For residents who read this language; letters and rules use ``blueprint``."""
        return read_in(self.digest, self.definition, language)
