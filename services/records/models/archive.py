"""The archive of an office: what ended, how long it is kept, and what was destroyed."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from services.cases.models import Case
from services.letters.models import Letter
from services.letters.rules import initials
from services.records.models.entries import AgendaEntry
from services.records.models.papers import PaperRecord
from services.residents.models import Person
from tenants.office.models import Unit

_USER = settings.AUTH_USER_MODEL


class RetentionClass(models.Model):
    """How long what bears a classification, or came of a service, is kept, and what follows."""

    class Fate(models.TextChoices):
        DESTROY = "destroy", "musnah"
        KEEP = "keep", "permanen"
        REVIEW = "review", "dinilai kembali"

    code = models.CharField(max_length=40, blank=True)  # of the classification, and all below it
    topic = models.CharField(max_length=60, blank=True)  # of a service
    title = models.CharField(max_length=200)
    active_years = models.PositiveSmallIntegerField()
    inactive_years = models.PositiveSmallIntegerField()
    fate = models.CharField(max_length=7, choices=Fate)
    source = models.CharField(max_length=200)  # the schedule (JRA) that says so
    changed_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["code", "topic", "pk"]
        verbose_name_plural = "retention classes"
        constraints = [
            models.CheckConstraint(
                condition=Q(code="") & ~Q(topic="") | ~Q(code="") & Q(topic=""),
                name="retention_of_code_or_service",
            ),
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="retention_code_once"
            ),
            models.UniqueConstraint(
                fields=["topic"], condition=~Q(topic=""), name="retention_service_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code or self.topic}: {self.active_years} + {self.inactive_years}"


class Destruction(models.Model):
    """Files of an office that are destroyed together: proposed by one person, approved by another.
    What was destroyed keeps its line in the archive."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Menunggu persetujuan"
        APPROVED = "approved", "Sedang dimusnahkan"
        DONE = "done", "Sudah dimusnahkan"
        REFUSED = "refused", "Tidak disetujui"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    proposed_title = models.CharField(max_length=120)  # the post by which it was proposed
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    decided_title = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    basis = models.CharField(max_length=200, blank=True)  # the approval by the archive's authority
    reason = models.CharField(max_length=300, blank=True)  # of a refusal
    done_at = models.DateTimeField(null=True)
    destroyed = models.PositiveIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)  # that were deleted
    spared = models.PositiveIntegerField(default=0)  # held after the approval

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("proposed_by")),
                name="destruction_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None)
                | Q(state="refused", decided_by__isnull=False) & ~Q(reason="")
                | (Q(state="approved") | Q(state="done"))
                & Q(decided_by__isnull=False)
                & ~Q(basis=""),
                name="decided_destruction_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="destructions_of_unit")]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.state}"


class ArchiveItem(models.Model):
    """One thing in the archive: a case that ended, a letter, a line of an agenda, a line of an old
    register. The row repeats what it is searched, sorted and judged by."""

    class Kind(models.TextChoices):
        CASE = "case", "berkas permohonan"
        LETTER = "letter", "surat"
        IN = "in", "surat masuk"
        OUT = "out", "surat keluar dari luar Balai"
        PAPER = "paper", "register lama"

    kind = models.CharField(max_length=6, choices=Kind)
    case = models.OneToOneField(Case, null=True, on_delete=models.PROTECT, related_name="archived")
    letter = models.OneToOneField(
        Letter, null=True, on_delete=models.PROTECT, related_name="archived"
    )
    entry = models.OneToOneField(
        AgendaEntry, null=True, on_delete=models.PROTECT, related_name="archived"
    )
    paper = models.OneToOneField(
        PaperRecord, null=True, on_delete=models.CASCADE, related_name="archived"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # whose archive
    closed_on = models.DateField()
    number = models.CharField(max_length=100)
    title = models.CharField(max_length=250)
    topic = models.CharField(max_length=60, blank=True)  # the service of a case
    code = models.CharField(max_length=40, blank=True)  # of the classification
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    search_keys = ArrayField(models.TextField(), default=list)  # see ``services.records.words``
    retention = models.ForeignKey(
        RetentionClass, null=True, on_delete=models.SET_NULL, related_name="items"
    )
    transfer_on = models.DateField(null=True)  # when it is no longer in daily use
    fate = models.CharField(max_length=7, choices=RetentionClass.Fate, blank=True)
    fate_on = models.DateField(null=True)
    kept_for = models.CharField(max_length=300, blank=True)  # why a review kept it for good
    kept_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    destruction = models.ForeignKey(
        Destruction, null=True, on_delete=models.PROTECT, related_name="items"
    )
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-closed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="case", case__isnull=False, letter=None, entry=None, paper=None)
                | Q(kind="letter", case=None, letter__isnull=False, entry=None, paper=None)
                | (Q(kind="in") | Q(kind="out"))
                & Q(case=None, letter=None, entry__isnull=False, paper=None)
                | Q(kind="paper", case=None, letter=None, entry=None, paper__isnull=False),
                name="archive_item_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at=None) | Q(destruction__isnull=False),
                name="destroyed_item_has_act",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-closed_on", "-id"], name="archive_of_unit"),
            models.Index(fields=["-closed_on", "-id"], name="archive_of_city"),
            models.Index(
                fields=["unit", "fate_on", "id"],
                condition=Q(destroyed_at=None) & (Q(fate="destroy") | Q(fate="review")),
                name="archive_due",
            ),
            models.Index(Upper("number"), name="archive_number"),
            GinIndex(fields=["search_keys"], name="archive_search"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def masked(self) -> str:
        """Whose it is, as lists show people; "" of what is nobody's."""
        if self.person is not None:
            return initials(self.person.name)
        return initials(self.paper.name) if self.paper is not None else ""


class LegalHold(models.Model):
    """Why something must not be destroyed, although its time is over."""

    item = models.ForeignKey(ArchiveItem, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    lifted_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_for = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lifted_for="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_for=""),
                name="lifted_hold_says_why",
            )
        ]
        indexes = [models.Index(fields=["item"], condition=Q(lifted_at=None), name="hold_in_force")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.reason}"
