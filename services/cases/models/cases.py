"""The case, its steps, and the term the law gives for it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from services.cases import answers
from services.catalogue.steps import DESK
from tenants.office.models import Unit


class Case(models.Model):
    """What every kind of case has. Each kind adds a model of its own that inherits from this one;
    an action locks the row of this table before anything else."""

    class State(models.TextChoices):
        DRAFT = "draft", "Belum dikirim"
        RUNNING = "running", "Sedang diproses"
        RETURNED = "returned", "Perlu Anda perbaiki"
        ISSUING = "issuing", "Surat sedang dibuat"
        DONE = "done", "Selesai"
        REFUSED = "refused", "Ditolak"
        WITHDRAWN = "withdrawn", "Dibatalkan"

    kind = models.CharField(max_length=20)  # a key of ``services.cases.kinds``
    # "26-11-000482"; null until submitted, so that drafts do not collide
    number = models.CharField(max_length=20, null=True, unique=True)  # noqa: DJ001
    # What a draft is a draft of, as its kind writes it: there is one draft for each key.
    draft_key = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001
    # Where it belongs: its desks are found from here upwards.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    # Where the shop, the land or the event lies, when the service asks: its offices are found from
    # there, and only who vouches from ``unit``.
    located_in = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # The rules of the neighbourhood that stood when it was sent (``services.cases.way``); null: the
    # service alone says how it goes.
    way = models.JSONField(null=True)
    # What a search at a desk finds it by (``services.cases.finding``); null: not written yet.
    search_keys = ArrayField(models.TextField(), null=True)
    # Levels and roles that initialled drafts in this city then: [["kelurahan", "kasi"], …].
    initials = models.JSONField(default=list, db_default=[])
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # When its answers and files were destroyed (``services.cases.destroying``).
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kind=""), name="case_has_kind"),
            models.CheckConstraint(
                condition=Q(state="draft", draft_key__isnull=False)
                | (~Q(state="draft") & Q(draft_key__isnull=True)),
                name="only_drafts_have_draft_key",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(state="withdrawn") | Q(number__isnull=False),
                name="submitted_has_number",
            ),
        ]
        indexes = [
            GinIndex(fields=["search_keys"], name="case_search", gin_pending_list_limit=256),
            models.Index(
                fields=["id"],
                condition=Q(search_keys__isnull=True, number__isnull=False),
                name="case_without_keys",
            ),
            models.Index(fields=["unit"], condition=Q(state="returned"), name="case_returned"),
            # What ended in a month, and what had not ended yet.
            models.Index(fields=["finished_at"], name="case_finished"),
        ]

    def __str__(self) -> str:
        return self.number or f"draf {self.pk}"


class Step(models.Model):
    """The case at one step of its way, once. A case that comes back opens a new row."""

    class State(models.TextChoices):
        OPEN = "open", "Menunggu"
        APPROVED = "approved", "Disetujui"
        RETURNED = "returned", "Dikembalikan"
        REFUSED = "refused", "Ditolak"
        SKIPPED = "skipped", "Dilewati"
        FORWARDED = "forwarded", "Diteruskan"  # to another desk, where a step of its key opened

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, default=DESK, db_default=DESK)
    title = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=16, blank=True)  # of a desk: see tenants.office.roles
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
    # What whoever approved ticked as checked, in the words they read.
    checked = ArrayField(models.TextField(), default=list, db_default=[])
    # The question or file a return is about, by its key in the blueprint.
    about = models.CharField(max_length=40, blank=True, default="", db_default="")
    # Copied from the case, so that lists of a desk read this table alone: what is asked for, as
    # its kind says it, and where the case belongs.
    topic = models.CharField(max_length=60, blank=True, default="", db_default="")
    case_unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Which of the officials who may decide has it in hand; ``given_by`` is who gave it to them.
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+",
        db_index=False,
    )  # fmt: skip
    taken_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+",
        db_index=False,
    )  # fmt: skip

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key"], condition=Q(state="open"), name="step_open_once"
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True, taken_at__isnull=True, given_by__isnull=True)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="taken_step_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(decided_at__isnull=False),
                name="closed_step_has_moment",
            ),
        ]
        indexes = [
            # Lists and counts of what waits at a unit, and of what was decided there.
            models.Index(
                fields=["unit", "due_at", "id"],
                include=["role", "deputies", "topic", "case_unit", "taken_by", "opened_at"],
                condition=Q(state="open"),
                name="step_waiting",
            ),
            models.Index(
                fields=["unit", "-decided_at", "-id"],
                include=["role", "deputies", "state", "topic", "case_unit", "opened_at"],
                condition=Q(decided_at__isnull=False),
                name="step_past",
            ),
            # What was decided of one service: else all that was decided is read for it.
            models.Index(
                fields=["unit", "topic", "-decided_at", "-id"],
                include=["role", "deputies", "state", "case_unit", "opened_at"],
                condition=Q(decided_at__isnull=False),
                name="step_past_of_topic",
            ),
            models.Index(
                fields=["unit"],
                include=["case", "role", "deputies"],
                condition=Q(state="returned"),
                name="step_returned",
            ),
            models.Index(
                fields=["taken_by"],
                condition=Q(state="open", taken_by__isnull=False),
                name="step_taken",
            ),
            models.Index(fields=["decided_by", "-decided_at"], name="step_decided"),
            # Registers: what came to a unit, of which service.
            models.Index(
                fields=["unit", "opened_at", "id"],
                include=["topic", "case", "state"],
                name="step_came_to_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.key}"

    @property
    def said(self) -> str:
        """Why it was returned or refused, with ready words in the reader's language."""
        return answers.in_words(self.note)


class CaseDeadline(models.Model):
    """The term the law gives for deciding a case. It begins when the case is sent, rests while the
    case is back with the applicant, and ends with the decision."""

    class AtEnd(models.TextChoices):
        """What happens when it ends without a decision."""

        WARN = "warn", "hanya memperingatkan"
        DRAFT = "draft", "langsung ke pejabat yang memutuskan, dengan konsepnya"
        ISSUE = "issue", "diterbitkan sistem, bila semua syaratnya diperiksa sistem"

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="deadline")
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=10)  # a ``deadline_rules.TermUnit``
    basis = models.CharField(max_length=250)  # the rule that sets it
    at_end = models.CharField(max_length=5, choices=AtEnd)
    started_at = models.DateTimeField()
    rests = models.JSONField(default=list)  # [[since, until or null], …] in ISO 8601
    due_at = models.DateTimeField(null=True)  # null while it rests
    warned = models.PositiveSmallIntegerField(default=0)  # percent told last
    next_at = models.DateTimeField(null=True)  # when the next percent is reached; null: never
    ended_at = models.DateTimeField(null=True)  # decided
    # What was done when it ended without a decision.
    done = models.CharField(max_length=5, choices=AtEnd, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="deadline_gives_time"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(next_at__isnull=True),
                name="decided_case_is_not_warned",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="deadline_next"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.due_at}"
