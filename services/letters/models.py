"""Numbers and letters of one city."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from services.letters.formats import LONGEST_PATTERN, SECRECY, Book
from services.letters.render import PAPERS, STYLES, Content
from services.residents.models import Person
from services.residents.sealing import seal, unseal
from tenants.office.models import Unit


class Counter(models.Model):
    """The last number given out in one scope. Advanced in the transaction that uses the number."""

    scope = models.CharField(max_length=120, unique=True)
    value = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.scope}={self.value}"


class NumberFormat(models.Model):
    """How numbers look from a day on, and which book counts them: for the letters of the city, of
    a unit, of a service, or of a service at a unit. The narrowest in force counts; without any,
    ``formats.DEFAULT_PATTERN`` and one book per classification do."""

    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=60, blank=True)  # slug of a service; "": all
    since = models.DateField()
    # Blank: from then on a wider one counts again.
    pattern = models.CharField(max_length=LONGEST_PATTERN, blank=True)
    book = models.CharField(max_length=6, choices=Book)
    secrecy = models.CharField(max_length=2, choices=list(SECRECY.items()), default="B")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["unit__code", "topic", "-since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "topic", "since"], nulls_distinct=False, name="number_format_once"
            ),
        ]

    def __str__(self) -> str:
        return self.pattern or "–"


class KindCode(models.Model):
    """The short form of the letters of a service, for numbers that tell kinds apart."""

    topic = models.CharField(max_length=60, unique=True)
    code = models.CharField(max_length=12, unique=True)  # in capitals

    def __str__(self) -> str:
        return f"{self.topic}: {self.code}"


class LetterStyle(models.Model):
    """How letters look and what they say instead of the service's own words: those of the city, of
    a unit, of a service, or of a service at a unit. What is blank a wider one says, and where none
    does, what is shipped (``services.letters.styles``)."""

    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    within = models.BooleanField(default=False)  # also for the units that lie in it
    topic = models.CharField(max_length=60, blank=True)  # slug of a service; "": all
    output = models.CharField(max_length=40, blank=True)  # key of one of its letters; "": all
    paper = models.CharField(max_length=2, choices=list(PAPERS.items()), blank=True)
    style = models.CharField(max_length=8, choices=list(STYLES.items()), blank=True)
    # A role; see ``styles.deputies``. Never for one letter of a service: a step has one signatory.
    signer = models.CharField(max_length=16, blank=True)
    # By field of the letter: opening, body, closing, copies. Only where ``output`` names one.
    words = models.JSONField(default=dict)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["unit__code", "topic", "output", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "topic", "output"], nulls_distinct=False, name="letter_style_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id or 'semua'}: {self.topic or 'semua'}"


class Letter(models.Model):
    """An official letter: numbered when approved, rendered once its PDF is archived, ready when
    nothing stands between that PDF and its holder any more.

    One that is found wrong is revoked: number, words and PDF stay, it only counts no more.
    """

    class State(models.TextChoices):
        NUMBERED = "numbered", "Sedang dibuat"
        RENDERED = "rendered", "Sedang diselesaikan"
        READY = "ready", "Sudah jadi"
        REVOKED = "revoked", "Dicabut"

    # Those whose PDF its holder has, or had before it was revoked; and those that were void before
    # their holder got them, of which some never had one.
    FINISHED = (State.READY, State.REVOKED)
    # The register of letters that bear the number of a vouch: not each vouch has a letter.
    OF_VOUCHES = "vouch"

    code = models.CharField("kode cek keaslian", max_length=26, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="letters")
    register = models.CharField(max_length=60)  # the counter's scope within the unit
    # The code of the classification, which is the register only where each code has its book.
    classification = models.CharField(max_length=60, blank=True, default="", db_default="")
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="letters")
    signer_title = models.CharField(max_length=500)
    issued_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.NUMBERED)
    content_sealed = models.BinaryField()  # holds the NIK: sealed like the register
    file = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    rendered_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_for = models.TextField(
        blank=True, default="", db_default=""
    )  # the reason, read by the resident
    # The wrong letter in whose place this one was issued: that one is revoked.
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replacement"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # When its PDF and its words were destroyed: number, subject and digest stay.
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "register", "year", "sequence"], name="letter_number_once"
            ),
            models.UniqueConstraint(fields=["number"], name="letter_number_once_in_city"),
            models.CheckConstraint(
                # One that was void before its PDF was made never gets one.
                condition=Q(state="numbered") | Q(state="revoked") | ~Q(sha256=""),
                name="ready_letter_has_file",
            ),
            models.CheckConstraint(
                condition=~Q(state="revoked")
                | Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_for=""),
                name="revoked_letter_says_why",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=models.F("id")),
                name="letter_replaces_another",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-id"]),
            models.Index(fields=["issued_on"], name="letter_issued_on"),
            models.Index(
                fields=["state"],
                condition=Q(state="numbered") | Q(state="rendered"),
                name="letter_unfinished",
            ),
            models.Index(
                fields=["revoked_at"], condition=Q(state="revoked"), name="letter_revoked"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_finished(self) -> bool:
        return self.state in self.FINISHED

    @property
    def content(self) -> Content:
        """Every word of it. Not of one that was destroyed."""
        return Content.from_json(unseal(self.content_sealed))

    def seal_content(self, content: Content) -> None:
        self.content_sealed = seal(content.as_json())


class CheckKey(models.Model):
    """A pair of keys (ECDSA, P-256) of the city: the private one signs the records in QR codes and
    the list of revoked letters, the public one stays published also once another took its place."""

    ES256 = "ES256"

    kid = models.CharField(max_length=8, unique=True)  # start of its RFC 7638 thumbprint, hex
    algorithm = models.CharField(max_length=10, default=ES256)
    x = models.CharField(max_length=43)  # base64url, as in a JWK
    y = models.CharField(max_length=43)
    private_sealed = models.BinaryField()  # PKCS #8 in base64; sealed "" in a restored city
    since = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["algorithm"], condition=Q(retired_at=None), name="check_key_in_force_once"
            ),
        ]

    def __str__(self) -> str:
        return self.kid


class LetterWatch(models.Model):
    """Somebody who checked a letter and wants to be told when it is revoked or replaced. Kept for
    some weeks, then forgotten."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="watches")
    email_sealed = models.BinaryField()
    email_print = models.BinaryField(max_length=32)
    language = models.CharField(max_length=8, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "email_print"], name="letter_watched_once"),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id}/{self.pk}"

    @property
    def email(self) -> str:
        return unseal(self.email_sealed)
