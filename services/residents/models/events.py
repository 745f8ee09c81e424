"""What happened to people of the register: rows are added, never changed."""

import json
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from audit.models import AppendOnlyQuerySet
from services.residents.models.people import Person, Source
from services.residents.sealing import unseal


class PersonEvent(models.Model):
    """One thing that happened to one person, and what it changed in the register.

    ``changes`` is {field: [before, after]} in JSON values: dates as ISO texts, a household as its
    id; null is "not known". Changes of NIKs stand apart, sealed, in the same form.
    """

    class Kind(models.TextChoices):
        ENTRY = "entry", "dicatat"
        BIRTH = "birth", "lahir"
        DEATH = "death", "meninggal"
        MOVE_IN = "move_in", "pindah datang"
        MOVE_OUT = "move_out", "pindah keluar"
        MOVE_WITHIN = "move_within", "pindah di dalam daerah"
        MISSING = "missing", "hilang"
        RETURN = "return", "kembali"
        WIDOWED = "widowed", "pasangannya meninggal"
        MARRIAGE = "marriage", "kawin"
        DIVORCE = "divorce", "cerai"
        CARD = "card", "ganti Kartu Keluarga"
        HEAD = "head", "ganti kepala keluarga"
        IDENTIFIED = "identified", "mendapat NIK"
        CORRECTION = "correction", "perbaikan data"
        MERGE = "merge", "digabung dengan catatan lain"
        UNDO = "undo", "dibatalkan"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    happened_on = models.DateField(null=True)  # null: not known
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="events")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    changes = models.JSONField(default=dict)
    numbers_sealed = models.BinaryField(null=True)
    detail = models.JSONField(default=dict)  # what no field of a person holds: cause, destination
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by"
    )

    objects: ClassVar[models.Manager["PersonEvent"]] = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["person", "-id"], name="event_of_person"),
            models.Index(fields=["-id"], name="event_merges", condition=Q(kind="merge")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("events of people are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("events of people are never deleted")

    @property
    def all_changes(self) -> dict[str, list[Any]]:
        """``changes`` and those of NIKs, which are in the clear here."""
        if not self.numbers_sealed:
            return dict(self.changes)
        return {**self.changes, **json.loads(unseal(self.numbers_sealed))}
