"""One request of a resident: a case with applicant, answers and letters."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_noop, override

from services.cases.models import Case, Document, Step
from services.catalogue import rules
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import ServiceVersion
from services.catalogue.unknown import asking
from services.letters.models import Letter
from services.questions.conditions import Answer, Answers
from services.residents.models import Person, Source
from services.residents.sealing import seal, unseal


class Application(Case):
    """One request by one resident, pinned to the version of the service it began with."""

    KIND = "application"
    BY_HEAD = "report"  # ``checked`` of what the head of a neighbourhood reported
    FOR_NEIGHBOUR = "behalf"  # ``checked`` of what the head typed for a resident who agrees
    AT_KIOSK = "kiosk"  # ``checked`` of what residents typed themselves at a kiosk
    FROM_PAPER = "paper"  # ``checked`` of what an official typed from a signed paper form

    version = models.ForeignKey(ServiceVersion, on_delete=models.PROTECT, related_name="+")
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="applications")
    answers_sealed = models.BinaryField(default=bytes)  # names and NIK of whole families
    # Facts of the register it lacked when this began, separated by spaces: the form asks them.
    # {"delegated": true, "delegation_id": 3}: whether the Camat decides; null: not sent yet, or
    # nothing of the service can be delegated.
    authority = models.JSONField(null=True)
    asks = models.CharField(max_length=100, blank=True, default="", db_default="")
    # How the official who opened it at a counter made sure who asks (``OneTimeCode.Checked``), or
    # one of the words above; "" where the applicants opened it themselves.
    checked = models.CharField(max_length=12, blank=True, default="", db_default="")

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
            return self._settled(asking(self.version.blueprint, self.asks.split()))

    def read_in(self, language: str) -> Blueprint:
        """``blueprint`` for residents who read this language."""
        with override(language):
            return self._settled(asking(self.version.read_in(language), self.asks.split()))

    def _settled(self, blueprint: Blueprint) -> Blueprint:
        """With the steps and letters of who decides, once that is known."""
        if self.authority is None:
            return blueprint
        return rules.settled(blueprint, bool(self.authority["delegated"]))

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

    @property
    def helped(self) -> "OnBehalf | None":
        """Who typed it for the applicant, and how the applicant agreed. No query where it was
        selected with the application, nor for one the applicants opened themselves."""
        return getattr(self, "on_behalf", None) if self.checked else None

    def has_letters(self) -> bool:
        """Whether a letter came of it, finished or not. No query for a draft."""
        return self.number is not None and self.issued.exists()

    def seal_answers(self, answers: Mapping[str, Answer]) -> None:
        self.answers_sealed = seal(json.dumps(answers, ensure_ascii=False))


class OnBehalf(models.Model):
    """For an application that a head or a counter typed for the applicant: who typed it, by which
    post, and how the applicant agreed to it."""

    class How(models.TextChoices):
        CODE = "code", gettext_noop("kode sekali pakai")
        SIGNATURE = "signature", gettext_noop("tanda tangan difoto")
        IDENTITY = "identity", gettext_noop("identitas ditunjukkan")

    PAPER = "_persetujuan"  # key of the document: no requirement of a service begins so

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, related_name="on_behalf"
    )
    typed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=200)  # of the post: "Ketua RT 005"
    how = models.CharField(max_length=10, choices=How, blank=True)  # "" until the applicant agreed
    agreed_at = models.DateTimeField(null=True)
    # To whom the one-time code was sent: the applicant, or a grown-up of the household.
    code_of = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    code_digest = models.BinaryField(default=bytes)
    code_until = models.DateTimeField(null=True)
    # A print of the answers and files that were agreed to: no others count as agreed (``consent``).
    agreed_to = models.BinaryField(null=True)
    # The photographed signature.
    paper = models.ForeignKey(Document, null=True, on_delete=models.SET_NULL, related_name="+")
    may_print = models.BooleanField(default=False)  # whoever typed may print the finished letter
    taken_over_at = models.DateTimeField(null=True)  # the applicant went on by an own account

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(how="") | models.Q(agreed_at__isnull=False),
                name="agreement_has_moment",
            )
        ]
        indexes = [models.Index(fields=["typed_by", "-application"], name="typed_for_others")]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.how}"


class PaperForm(models.Model):
    """An application that came on a signed paper form, which an official typed and attached."""

    KEY = "_formulir"  # of the document: no requirement of a service begins so

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, related_name="paper_form"
    )
    received_on = models.DateField()  # with everything it needs: the clock counts from here
    scan = models.ForeignKey(Document, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)  # of the post at whose counter it was handed in
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.received_on}"


class Collective(models.Model):
    """Applications for many people from one spreadsheet, who asked on one signed list: looked at
    first, then made one by one by a worker, each as if it came on a paper form."""

    version = models.ForeignKey(ServiceVersion, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    received_on = models.DateField()
    path = models.CharField(max_length=200)  # of the signed list
    media_type = models.CharField(max_length=40)
    pages = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["by", "-id"], name="collective_of_official")]

    def __str__(self) -> str:
        return f"{self.pk}: {self.version_id}"


class CollectiveRow(models.Model):
    """One person of a collective file."""

    class State(models.TextChoices):
        WAITING = "waiting", "Menunggu"
        DONE = "done", "Diajukan"
        FAILED = "failed", "Tidak jadi"

    collective = models.ForeignKey(Collective, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()  # in the file
    typed_sealed = models.BinaryField()  # the person and the answers, as typed (JSON)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    message = models.CharField(max_length=500, blank=True)  # why it could not be made
    application = models.ForeignKey(
        Application, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["collective", "line"], name="collective_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.collective_id}: {self.line}"


class OriginalSeen(models.Model):
    """An official at a counter had the original of what a requirement asks for in the hand."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="originals")
    key = models.CharField(max_length=40)  # of the requirement
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="original_seen_once")
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.key}"


class TrackingCode(models.Model):
    """What the QR code of a receipt leads to: whoever holds the paper reads how it stands."""

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, related_name="tracking"
    )
    code = models.CharField(max_length=32, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.application_id}"


class LifeEvent(models.Model):
    """What an application proposes to the register of one person, written when it is sent; a desk
    confirms it when it is done."""

    class Kind(models.TextChoices):
        DEATH = "death", "meninggal"
        BIRTH = "birth", "lahir"
        MOVE_OUT = "move_out", "pindah keluar"
        MOVE_IN = "move_in", "pindah datang"
        MOVE_WITHIN = "move_within", "pindah di dalam daerah"
        MARRIAGE = "marriage", "kawin"
        DIVORCE = "divorce", "cerai"
        CARD = "card", "masuk KK baru"
        HEAD = "head", "menjadi kepala keluarga"
        CORRECTION = "correction", "perbaikan data"
        IDENTIFIED = "identified", "mendapat NIK"
        MOVE = "move", "pindah"  # of applications sent before there were others: move_out

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="life_events"
    )
    # NULL: whom the register does not have yet, a newborn or somebody who arrives.
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="life_events"
    )
    kind = models.CharField(max_length=12, choices=Kind)
    facts_sealed = models.BinaryField(null=True)  # what the answers say, by name, as JSON
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.ForeignKey(  # of the act that wrote it into the register
        Source, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "person"], name="life_event_once")
        ]
        indexes = [
            models.Index(
                fields=["application"],
                condition=models.Q(confirmed_at__isnull=True),
                name="life_event_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.person_id} {self.kind}"

    @property
    def act(self) -> str:
        """What is proposed, by the name of today."""
        return self.Kind.MOVE_OUT if self.kind == self.Kind.MOVE else self.kind

    @property
    def facts(self) -> dict[str, Any]:
        """What the answers say."""
        return dict(json.loads(unseal(self.facts_sealed))) if self.facts_sealed else {}

    def seal_facts(self, facts: Mapping[str, Any]) -> None:
        self.facts_sealed = seal(json.dumps(facts, ensure_ascii=False))

    @property
    def who(self) -> str:
        """Whom it is about, by name."""
        return self.person.name if self.person else str(self.facts.get("name", ""))


class IssuedLetter(models.Model):
    """Which letter came out of which case: each output at most once, and once more each time it was
    replaced."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="issued")
    output = models.CharField(max_length=40)
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="issued_from")
    # In the place of a wrong one; which, the letter knows.
    is_replacement = models.BooleanField(default=False, db_default=False)
    # Of one that was replaced: the answers it was written from, before they were corrected.
    answers_sealed = models.BinaryField(default=bytes, db_default=b"")
    # Of a replacement: by whom and why. The wrong letter is taken back so once this one is ready.
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    replaces_for = models.TextField(blank=True, default="", db_default="")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "output"],
                condition=models.Q(is_replacement=False),
                name="output_issued_first_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.output}"

    @property
    def is_given_up(self) -> bool:
        """Whether it was to replace another letter and was void before it did."""
        is_void = self.letter.state == Letter.State.REVOKED and self.letter.replaces_id is None
        return self.is_replacement and is_void


# Keys of documents that are no requirement of a service: what was signed.
OWN_PAPERS = (OnBehalf.PAPER, PaperForm.KEY)


class ReturnedAnswers(models.Model):
    """What an application said when a desk sent it back, so that both sides see what changed."""

    step = models.OneToOneField(Step, on_delete=models.CASCADE, related_name="returned_answers")
    answers_sealed = models.BinaryField(default=bytes)
    files = models.JSONField(default=dict)  # by key: the SHA-256 of the file, and its name

    def __str__(self) -> str:
        return f"{self.step_id}"


class Correction(models.Model):
    """One question or file that a desk sent back, and what is wrong with it. Where a return has
    any, only these are open to the applicant, and what follows from them."""

    class Fault(models.TextChoices):
        WRONG = "wrong", gettext_noop("keliru")
        INCOMPLETE = "incomplete", gettext_noop("kurang lengkap")
        OUTDATED = "outdated", gettext_noop("sudah tidak berlaku")

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="corrections")
    key = models.CharField(max_length=40)  # of the question or file, in the blueprint
    fault = models.CharField(max_length=10, choices=Fault)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["step", "key"], name="corrected_once")]

    def __str__(self) -> str:
        return f"{self.step_id}: {self.key} {self.fault}"
