"""One request of a resident: a case with applicant, answers and letters."""

import json
from collections.abc import Mapping

from django.conf import settings
from django.db import models
from django.utils.translation import override

from services.cases.models import Case
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import ServiceVersion
from services.catalogue.unknown import asking
from services.letters.models import Letter
from services.questions.conditions import Answer, Answers
from services.residents.models import Person
from services.residents.sealing import seal, unseal


class Application(Case):
    """One request by one resident, pinned to the version of the service it began with."""

    KIND = "application"

    version = models.ForeignKey(ServiceVersion, on_delete=models.PROTECT, related_name="+")
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="applications")
    answers_sealed = models.BinaryField(default=bytes)  # names and NIK of whole families
    # Facts of the register it lacked when this began, separated by spaces: the form asks them.
    asks = models.CharField(max_length=100, blank=True, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["applicant", "-case_ptr"], name="application_of_person")]

    @classmethod
    def of(cls, case: Case) -> "Application":
        """The application that a case is; no query where it was selected with the case."""
        return case if isinstance(case, cls) else case.application

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
    def answers(self) -> Answers:
        """What was answered, by field key; sealed at rest like the register. Opened once."""
        sealed = bytes(self.answers_sealed)
        if not sealed:
            return {}
        if self._opened is None or self._opened[0] != sealed:
            self._opened = sealed, json.loads(unseal(sealed))
        return self._opened[1]

    _opened: tuple[bytes, Answers] | None = None

    def has_letters(self) -> bool:
        """Whether a letter came of it, finished or not. No query for a draft."""
        return self.number is not None and self.issued.exists()

    def seal_answers(self, answers: Mapping[str, Answer]) -> None:
        self.answers_sealed = seal(json.dumps(answers, ensure_ascii=False))


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
    """Which letter came out of which case: each output at most once."""

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
