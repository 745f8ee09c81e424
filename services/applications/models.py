"""The dossier: one request from the first answer to the issued letter."""

import json
from collections.abc import Mapping

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import override

from services.catalogue.blueprint import Blueprint
from services.catalogue.models import ServiceVersion
from services.catalogue.rules import Answer
from services.catalogue.unknown import asking
from services.letters.models import Letter
from services.residents.models import Person
from services.residents.sealing import seal, unseal
from tenants.office.models import Unit


class Application(models.Model):
    """One request by one resident, pinned to the version of the service it began with."""

    class State(models.TextChoices):
        DRAFT = "draft", "Belum dikirim"
        RUNNING = "running", "Sedang diproses"
        RETURNED = "returned", "Perlu Anda perbaiki"
        ISSUING = "issuing", "Surat sedang dibuat"
        DONE = "done", "Selesai"
        REFUSED = "refused", "Ditolak"
        WITHDRAWN = "withdrawn", "Dibatalkan"

    # "26-11-000482"; null until submitted, so that drafts do not collide
    number = models.CharField(max_length=20, null=True, unique=True)  # noqa: DJ001
    version = models.ForeignKey(ServiceVersion, on_delete=models.PROTECT, related_name="+")
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="applications")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    rt = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    answers_sealed = models.BinaryField(default=bytes)  # names and NIK of whole families
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # Facts of the register it lacked when this began, separated by spaces: the form asks them.
    asks = models.CharField(max_length=100, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["applicant", "version"],
                condition=Q(state="draft"),
                name="one_draft_per_service",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(state="withdrawn") | Q(number__isnull=False),
                name="submitted_has_number",
            ),
        ]
        indexes = [models.Index(fields=["applicant", "-id"])]

    def __str__(self) -> str:
        return self.number or f"draf {self.pk}"

    @property
    def blueprint(self) -> Blueprint:
        """The service as this application asks it."""
        with override("id"):
            return asking(self.version.blueprint, self.asks.split())

    def read_in(self, language: str) -> Blueprint:
        """``blueprint`` for residents who read this language."""
        with override(language):
            return asking(self.version.read_in(language), self.asks.split())

    @property
    def answers(self) -> dict[str, Answer]:
        """What was answered, by field key; sealed at rest like the register."""
        sealed = bytes(self.answers_sealed)
        if not sealed:
            return {}
        answers: dict[str, Answer] = json.loads(unseal(sealed))
        return answers

    def seal_answers(self, answers: Mapping[str, Answer]) -> None:
        self.answers_sealed = seal(json.dumps(answers, ensure_ascii=False))


class Step(models.Model):
    """The dossier at one desk, once. A dossier that comes back opens a new row."""

    class State(models.TextChoices):
        OPEN = "open", "Menunggu"
        APPROVED = "approved", "Disetujui"
        RETURNED = "returned", "Dikembalikan"
        REFUSED = "refused", "Ditolak"
        SKIPPED = "skipped", "Dilewati"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=16)  # see tenants.office.roles
    deputies = ArrayField(models.CharField(max_length=16), default=list)  # may act instead
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)  # what a missed clock brought about
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True)
    # The question or file a return is about, by its key in the blueprint.
    about = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "key"], condition=Q(state="open"), name="step_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(decided_at__isnull=False),
                name="closed_step_has_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "role", "due_at"], condition=Q(state="open"), name="step_inbox"
            ),
            models.Index(fields=["decided_by", "-decided_at"], name="step_decided"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.key}"


class Document(models.Model):
    """A file handed in. Lies under an unguessable name; served only to who may see the dossier."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="documents")
    key = models.CharField(max_length=40)  # which document of the service it is
    name = models.CharField(max_length=120)  # as the applicant called it, for people
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()  # bytes, as stored
    pages = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="one_file_per_document")
        ]

    def __str__(self) -> str:
        return self.name


class LifeEvent(models.Model):
    """What an application tells of one person of the register: written when it is sent, confirmed
    by a desk when it is done."""

    class Kind(models.TextChoices):
        DEATH = "death", "meninggal"
        MOVE = "move", "pindah"

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="life_events"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="life_events")
    kind = models.CharField(max_length=10, choices=Kind)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "person"], name="life_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.person_id} {self.kind}"


class IssuedLetter(models.Model):
    """Which letter came out of which dossier: each output at most once."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="issued")
    output = models.CharField(max_length=40)
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="issued_from")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "output"], name="output_issued_once")
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.output}"
