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

    @property
    def listed_as(self) -> str:
        """Its name among all that a city lists, see ``queries.Offer``."""
        return self.slug


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


class Delegation(models.Model):
    """A decree of the Bupati or Wali Kota by which Camat decide cases of a service themselves, up
    to a size or for a kind (Permendagri 4/2010). It is ended, and deleted only while no case used
    it: what was decided by it names it."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="delegations")
    # Of one kecamatan; null: of every one.
    kecamatan = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    decree = models.CharField("nomor keputusan", max_length=120)
    decree_on = models.DateField("tanggal keputusan")
    since = models.DateField()
    until = models.DateField(null=True)  # the last day
    limits = models.JSONField(default=list)  # conditions on answers; empty: every case
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["service", "-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="delegation_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return f"{self.service_id}: {self.decree}"


class UnitStandard(models.Model):
    """What an office says of its service standards that nothing else knows: of one service, or of
    all it gives. What the city says stands at every office that says nothing itself."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, on_delete=models.CASCADE, related_name="+")
    texts = models.JSONField(default=dict)  # by the keys of ``standard.SAID``
    decree = models.CharField("nomor keputusan", max_length=120, blank=True, default="")
    decree_on = models.DateField("tanggal keputusan", null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["unit", "service"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "service"], name="standard_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(decree="", decree_on=None)
                | (~models.Q(decree="") & models.Q(decree_on__isnull=False)),
                name="decree_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.service_id or 'all'}"


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
