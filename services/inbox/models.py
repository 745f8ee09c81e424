"""What officials keep beside the cases at their desks."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from services.cases.models import Case, Step
from services.residents.sealing import seal, unseal
from tenants.office.models import Unit


class Inbox(models.Model):
    """What one official keeps of the list of their desks: saved views, and when they looked."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="inbox"
    )
    # In their order: [{"name": "SKTM saya", "query": "whose=mine&service=sktm"}].
    views = models.JSONField(default=list, db_default=[])
    seen_at = models.DateTimeField()  # the last look
    since = models.DateTimeField()  # the last look of the visit before: what is later is new

    def __str__(self) -> str:
        return f"{self.user_id}"


class Advice(models.Model):
    """A desk that has a case asks another office for its opinion. It is open as long as the step
    is, until it is answered or withdrawn; meanwhile that office may read the case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="advice")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="advice")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # which is asked
    role = models.CharField(max_length=16)
    question_sealed = models.BinaryField()
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_sealed = models.BinaryField(default=bytes)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "advice"
        constraints = [
            models.UniqueConstraint(
                fields=["step", "unit", "role"],
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                name="advice_asked_once",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(
                    answered_at__isnull=False, answered_by__isnull=False, withdrawn_at__isnull=True
                ),
                name="answered_advice_is_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "role", "due_at"],
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                name="advice_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.unit_id} {self.role}"

    @property
    def question(self) -> str:
        sealed = bytes(self.question_sealed)
        return unseal(sealed) if sealed else ""

    @property
    def answer(self) -> str:
        sealed = bytes(self.answer_sealed)
        return unseal(sealed) if sealed else ""

    def seal_answer(self, text: str) -> None:
        self.answer_sealed = seal(text)


class CaseNote(models.Model):
    """What officials note of a case for each other. The applicant never reads it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text_sealed = models.BinaryField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.pk}"

    @property
    def text(self) -> str:
        return unseal(self.text_sealed)


class BulkAct(models.Model):
    """One act of an official on many steps at once; a worker does each by itself."""

    class Act(models.TextChoices):
        APPROVE = "approve", "Setujui"
        INITIAL = "initial", "Paraf"
        RETURN = "return", "Kembalikan"
        ASSIGN = "assign", "Serahkan"

    # Of the page that asks for it: pressed twice, it is one act.
    key = models.CharField(max_length=32, unique=True)
    act = models.CharField(max_length=8, choices=Act)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True)  # the reason of a return
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(~Q(act="return") | ~Q(note=""))
                & (~Q(act="assign") | Q(to__isnull=False)),
                name="bulk_act_is_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.act}"


class BulkItem(models.Model):
    """One step of a bulk act, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Menunggu"
        DONE = "done", "Selesai"
        FAILED = "failed", "Tidak jadi"

    act = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="items")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    message = models.TextField(blank=True)  # why not, for the official

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["act", "step"], name="bulk_step_once"),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(message=""), name="failed_item_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act_id}/{self.step_id}: {self.state}"
