"""Visits in the field. Rows are written by this app's actions alone."""

import json
from collections.abc import Mapping

from django.conf import settings
from django.db import models
from django.db.models import Q

from services.cases.models import Step
from services.cases.models.documents import Photo
from services.questions.conditions import Answer, Answers
from services.residents.sealing import seal, unseal

_USER = settings.AUTH_USER_MODEL


class Inspection(models.Model):
    """One visit for one step: made when the case arrives there, then scheduled, then done. The
    questions are those of the step (``services.inspections.spec``)."""

    class Result(models.TextChoices):
        FITS = "fits", "Sesuai"
        DIFFERS = "differs", "Tidak sesuai"

    step = models.OneToOneField(Step, on_delete=models.CASCADE, related_name="inspection")
    scheduled_at = models.DateTimeField(null=True)
    scheduled_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    times_scheduled = models.PositiveSmallIntegerField(default=0)
    answers_sealed = models.BinaryField(default=bytes)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    done_at = models.DateTimeField(null=True)  # when it was told to be done
    visited_at = models.DateTimeField(null=True)  # when it was, as its official says
    done_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120, blank=True)  # the post by which it was done
    result = models.CharField(max_length=8, choices=Result, blank=True)
    note_sealed = models.BinaryField(default=bytes)  # what was found, in words

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, result="")
                | Q(done_at__isnull=False, visited_at__isnull=False, done_by__isnull=False)
                & ~Q(result=""),
                name="done_inspection_has_result",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="inspection_has_whole_point",
            ),
            models.CheckConstraint(
                condition=Q(scheduled_at__isnull=True) | Q(scheduled_by__isnull=False),
                name="inspection_scheduled_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["scheduled_at", "id"], name="inspection_day")]

    def __str__(self) -> str:
        return f"{self.step_id}: {self.result}"

    @property
    def answers(self) -> Answers:
        sealed = bytes(self.answers_sealed)
        found: dict[str, Answer] = json.loads(unseal(sealed)) if sealed else {}
        return found

    def seal_answers(self, answers: Mapping[str, Answer]) -> None:
        self.answers_sealed = seal(json.dumps(answers, ensure_ascii=False))

    @property
    def note(self) -> str:
        sealed = bytes(self.note_sealed)
        return unseal(sealed) if sealed else ""

    def seal_note(self, text: str) -> None:
        self.note_sealed = seal(text) if text else b""


class InspectionPhoto(Photo):
    """A photo taken at a visit."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="photos")

    class Meta(Photo.Meta):
        constraints = [
            models.UniqueConstraint(fields=["inspection", "sha256"], name="inspection_photo_once"),
            models.CheckConstraint(condition=~Q(path=""), name="inspection_photo_has_file"),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id}: {self.pk}"
