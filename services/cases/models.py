"""Anything under way at the city's desks: the case, its steps and the files handed in with it."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from services.cases import answers
from services.catalogue.steps import DESK
from services.letters.models import Letter
from services.residents.sealing import seal, unseal
from tenants.office.models import Post, Unit


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
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # The rules of the neighbourhood that stood when it was sent (``services.cases.way``); null: the
    # service alone says how it goes.
    way = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

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
    # The question or file a return is about, by its key in the blueprint.
    about = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key"], condition=Q(state="open"), name="step_open_once"
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
            models.Index(fields=["unit", "opened_at"], name="step_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.key}"

    @property
    def said(self) -> str:
        """Why it was returned or refused, with ready words in the reader's language."""
        return answers.in_words(self.note)


class Vouch(models.Model):
    """What whoever vouches decided at a step. Written with the decision; afterwards it is only
    taken back, or given a letter on paper. An approval has a number of the unit's own book, without
    gaps within a year; one that is taken back keeps its number."""

    class Capacity(models.TextChoices):
        """As what somebody vouched."""

        HEAD = "head", "kepala unit itu"
        ACTING = "acting", "pelaksana tugas kepala unit itu"
        DEPUTY = "deputy", "wakil di unit itu"
        NEIGHBOUR = "neighbour", "Ketua RT tetangga, menggantikan Ketua RT"
        RW = "rw", "RW, menggantikan Ketua RT"
        VILLAGE = "village", "kelurahan atau desa, menggantikan Ketua RT"

    class Outcome(models.TextChoices):
        VOUCHED = "vouched", "dibenarkan"
        ASKED = "asked", "ditanyakan kepada pemohon"
        REFUSED = "refused", "tidak cocok"

    step = models.OneToOneField(Step, on_delete=models.CASCADE, related_name="vouch")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")  # by which they may
    called = models.CharField(max_length=120)  # what they were called: "Sekretaris RT"
    capacity = models.CharField(max_length=10, choices=Capacity)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=20, blank=True)  # a key of services.cases.answers
    note = models.TextField(blank=True)  # their own words
    at = models.DateTimeField()
    year = models.PositiveSmallIntegerField(null=True)
    sequence = models.PositiveIntegerField(null=True)
    number = models.CharField(max_length=80, blank=True)
    voided_at = models.DateTimeField(null=True)  # taken back
    reply_sealed = models.BinaryField(default=bytes)  # what the applicant answered to a question
    letter = models.OneToOneField(  # the surat pengantar on paper, once somebody wanted it
        Letter, null=True, on_delete=models.PROTECT, related_name="vouch"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "sequence"], name="vouch_number_once"),
            models.CheckConstraint(
                condition=Q(outcome="vouched", sequence__isnull=False, year__isnull=False)
                & ~Q(number="")
                | ~Q(outcome="vouched") & Q(sequence__isnull=True, year__isnull=True, number=""),
                name="vouch_has_number",
            ),
            models.CheckConstraint(
                condition=Q(outcome="vouched") | Q(voided_at__isnull=True, letter__isnull=True),
                name="only_vouched_is_voided",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-at", "-id"], name="vouch_book")]

    def __str__(self) -> str:
        return self.number or f"{self.step_id}: {self.outcome}"

    @property
    def reply(self) -> str:
        """What the applicant answered to a question; sealed at rest like their other answers."""
        sealed = bytes(self.reply_sealed)
        return unseal(sealed) if sealed else ""

    def seal_reply(self, text: str) -> None:
        self.reply_sealed = seal(text) if text else b""


class VouchRules(models.Model):
    """How requests pass the neighbourhood in this city, or in one village of it that has rules of
    its own. A case keeps those that stood when it was sent (``Case.way``)."""

    class Silence(models.TextChoices):
        VILLAGE = "village", "langsung ke kelurahan atau desa"
        RW = "rw", "ke Ketua RW dulu, lalu ke kelurahan atau desa"

    class Own(models.TextChoices):
        VILLAGE = "village", "kelurahan atau desa"
        NEIGHBOUR = "neighbour", "Ketua RT tetangga di RW yang sama"

    class Span(models.TextChoices):
        WORKING_HOURS = "jam_kerja", "jam kerja"
        WORKING_DAYS = "hari_kerja", "hari kerja"
        HOURS = "jam", "jam"
        DAYS = "hari", "hari"

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="+")
    rw_follows = models.BooleanField(default=False)  # the RW answers after the RT
    rt_amount = models.PositiveSmallIntegerField(default=1)
    rt_unit = models.CharField(max_length=10, choices=Span, default=Span.WORKING_DAYS)
    rw_amount = models.PositiveSmallIntegerField(default=1)
    rw_unit = models.CharField(max_length=10, choices=Span, default=Span.WORKING_DAYS)
    silence = models.CharField(max_length=10, choices=Silence, default=Silence.VILLAGE)
    # Who answers for a Ketua RT where neither a deputy nor the RW can.
    own = models.CharField(max_length=10, choices=Own, default=Own.VILLAGE)
    household = models.BooleanField(default=False)  # nobody vouches for their household either

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rt_amount__gte=1, rw_amount__gte=1), name="vouch_rules_give_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}"


class Document(models.Model):
    """How a requirement is met: by a file, which lies under an unguessable name and is served
    only to who may see the case, or without one, by what the register or another city says."""

    class Origin(models.TextChoices):
        """In the order in which a requirement is met."""

        REGISTER = "register", "dari data penduduk"
        WALLET = "wallet", "dari dompet dokumen"
        LETTER = "letter", "surat yang sudah diterbitkan di sini"
        ELSEWHERE = "elsewhere", "surat daerah lain, dicek dengan kodenya"
        UPLOAD = "upload", "diunggah"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    key = models.CharField(max_length=40)  # which document of the service it is
    # As whoever handed it in called it, for people; without a file, what is known in its place.
    name = models.CharField(max_length=120)
    origin = models.CharField(
        max_length=10, choices=Origin, default=Origin.UPLOAD, db_default=Origin.UPLOAD
    )
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()  # bytes, as stored
    pages = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200, blank=True)  # "" where there is no file
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="one_file_per_document"),
            models.CheckConstraint(
                condition=~Q(path="") | Q(origin="register") | Q(origin="elsewhere"),
                name="document_has_file",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_file(self) -> bool:
        return bool(self.path)


VALUES = ("number", "text", "date", "unit", "latitude")


def _only(name: str) -> Q:
    return Q(**{f"{other}__isnull": other != name for other in VALUES})


class CaseFact(models.Model):
    """One thing known of a case in clear, to be counted, filtered, ranked and mapped: an answer
    that its service marks as reportable. One of the values is set; a point is two."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="facts")
    key = models.CharField(max_length=40)
    # Room for every number that may be typed (``kernel.numbers.MOST_DIGITS``), and its decimals.
    number = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    text = models.CharField(max_length=250, null=True)  # noqa: DJ001 - null: it is another value
    date = models.DateField(null=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="fact_once"),
            models.CheckConstraint(
                condition=reduce(or_, map(_only, VALUES)), name="fact_has_one_value"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="fact_has_whole_point",
            ),
        ]
        indexes = [
            models.Index(fields=["key", "number"], name="fact_number"),
            models.Index(fields=["key", "text"], name="fact_text"),
            models.Index(fields=["key", "date"], name="fact_date"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.key}"
