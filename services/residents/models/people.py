"""People, their family cards, and where what is known of them comes from.

NULL or "" is "the register does not know": files often leave columns out, and nothing is invented.
Rows are written by ``services.residents.register``, ``imports`` and ``merging`` alone.
"""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate, Replace

from kernel.text import APOSTROPHES
from services.residents import codes
from services.residents.sealing import unseal
from tenants.office.models import Unit


class Source(models.Model):
    """Where facts come from: one import, one case, one letter, one correction at a desk."""

    class Kind(models.TextChoices):
        IMPORT = "import", "impor berkas"
        CASE = "case", "permohonan"
        LETTER = "letter", "surat"
        ENTRY = "entry", "catatan petugas"
        DECREE = "decree", "keputusan"
        SYSTEM = "system", "sistem lain"

    kind = models.CharField(max_length=10, choices=Kind)
    label = models.CharField(max_length=200)  # "SIAK Oktober 2026.xlsx", "Akta 6474-KM-0012"
    on = models.DateField()  # the day the facts are of
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    case_id = models.BigIntegerField(null=True)  # cases lie above the register: no foreign key
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["case_id"], name="source_case")]

    def __str__(self) -> str:
        return self.label


class NameKey(models.Func):
    """A text in the database as ``kernel.text.fold`` gives it: words of a-z and 0-9."""

    function = "btrim"
    template = (
        "btrim(regexp_replace(regexp_replace(lower(normalize(translate(%(expressions)s, "
        "U&'" + "".join(f"\\{ord(mark):04X}" for mark in APOSTROPHES) + "', ''), NFKD)), "
        "U&'[\\0300-\\036F]', '', 'g'), '[^a-z0-9]+', ' ', 'g'))"
    )
    output_field = models.TextField()


def _words(text: str) -> models.Func:
    """The words of a folded text in the database, as an array."""
    return models.Func(
        F(text), template="string_to_array(%(expressions)s, ' ')",
        output_field=ArrayField(models.TextField()),
    )  # fmt: skip


class Phone(models.Func):
    """A telephone number as its digits, with 0 for the country's 62."""

    template = "regexp_replace(regexp_replace(%(expressions)s, '[^0-9]', '', 'g'), '^62', '0')"
    output_field = models.TextField()


def squeezed() -> models.Func:
    """A name as ``kernel.text.squeeze`` gives it."""
    return Replace(
        F("name_key"), models.Value(" "), models.Value(""), output_field=models.TextField()
    )


class SearchKeys(models.Func):
    """What people are found by, as an array: the words of the name, the year of birth, and the
    codes of the kelurahan or desa and of the kecamatan."""

    template = "string_to_array(%(expressions)s, ' ')"
    arg_joiner = " || ' ' || "
    output_field = ArrayField(models.TextField())

    def __init__(self) -> None:
        super().__init__(
            F("name_key"),
            models.Func(F("birth_date"), template="date_part('year', %(expressions)s)::int::text"),
            models.Func(F("place"), template="split_part(%(expressions)s, '/', 1)"),
            models.Func(F("place"), template="substr(%(expressions)s, 1, 8)"),
            output_field=self.output_field,
        )


class Household(models.Model):
    """One Kartu Keluarga, or a household whose card is not known yet."""

    kk_sealed = models.BinaryField(null=True)
    kk_print = models.BinaryField(max_length=32, null=True, unique=True)
    address = models.CharField(max_length=200)
    # The RT, or the deepest place that is known: an RW, or the kelurahan or desa itself.
    rt = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="households")
    issued_on = models.DateField(null=True, blank=True)  # the card
    postal_code = models.CharField(max_length=5, blank=True, default="", db_default="")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    source = models.ForeignKey(
        Source, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    address_key = models.GeneratedField(
        expression=NameKey(F("address")), output_field=models.TextField(), db_persist=True
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            GinIndex(_words("address_key"), name="household_search", gin_pending_list_limit=256)
        ]

    def __str__(self) -> str:
        return f"KK {self.pk}"

    @property
    def kk_number(self) -> str:
        """The number of the card, "" where none is known."""
        return unseal(self.kk_sealed) if self.kk_sealed else ""


class PersonQuerySet(models.QuerySet["Person"]):
    def living_here(self) -> Self:
        """Residents: alive, and neither moved away, missing, gone, struck off nor a double.

        Whoever offers, addresses or admits people asks this; others keep their records only.
        """
        return self.filter(status=codes.Status.ALIVE, merged_into=None)

    def single(self) -> Self:
        """Everybody once: rows merged into another are left out."""
        return self.filter(merged_into=None)


class Person(models.Model):
    """One person of the register. The NIK is only readable through ``nik``."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    # NULL: no NIK yet (a newborn, a foreigner without residence permit).
    nik_sealed = models.BinaryField(null=True)
    nik_print = models.BinaryField(max_length=32, null=True, unique=True)
    name = models.CharField(max_length=150)
    sex = models.PositiveSmallIntegerField(choices=codes.Sex)
    birth_place = models.CharField(max_length=80)
    birth_date = models.DateField()
    religion = models.PositiveSmallIntegerField(choices=codes.Religion, null=True)
    marital = models.PositiveSmallIntegerField(choices=codes.Marital, null=True)
    relation = models.PositiveSmallIntegerField(choices=codes.Relation, null=True)
    education = models.PositiveSmallIntegerField(choices=codes.Education, null=True)
    occupation = models.PositiveSmallIntegerField(
        choices=list(codes.OCCUPATIONS.items()), null=True
    )
    citizenship = models.PositiveSmallIntegerField(choices=codes.Citizenship, null=True)
    father_name = models.CharField(max_length=150, blank=True)
    mother_name = models.CharField(max_length=150, blank=True)
    status = models.PositiveSmallIntegerField(choices=codes.Status, default=codes.Status.ALIVE)
    resident_since = models.DateField(null=True, blank=True)

    studying = models.PositiveSmallIntegerField(choices=codes.Studying, null=True)
    blood = models.PositiveSmallIntegerField(choices=codes.Blood, null=True)
    disability = models.PositiveSmallIntegerField(choices=codes.Disability, null=True)
    contraception = models.PositiveSmallIntegerField(choices=codes.Contraception, null=True)
    pregnant = models.BooleanField(null=True)
    insurance = models.PositiveSmallIntegerField(choices=codes.Insurance, null=True)
    insurance_number = models.CharField(max_length=30, blank=True, default="", db_default="")
    ethnicity = models.CharField(max_length=60, blank=True, default="", db_default="")
    card_state = models.PositiveSmallIntegerField(choices=codes.CardState, null=True)
    recording = models.PositiveSmallIntegerField(choices=codes.Recording, null=True)
    card_tag = models.CharField(max_length=30, blank=True, default="", db_default="")
    birth_certificate = models.CharField(max_length=50, blank=True, default="", db_default="")
    marriage_certificate = models.CharField(max_length=50, blank=True, default="", db_default="")
    married_on = models.DateField(null=True, blank=True)
    divorce_certificate = models.CharField(max_length=50, blank=True, default="", db_default="")
    divorced_on = models.DateField(null=True, blank=True)
    passport = models.CharField(max_length=30, blank=True, default="", db_default="")
    passport_until = models.DateField(null=True, blank=True)
    stay_permit = models.CharField(max_length=30, blank=True, default="", db_default="")
    father_nik_sealed = models.BinaryField(null=True)
    mother_nik_sealed = models.BinaryField(null=True)
    current_address = models.CharField(max_length=200, blank=True, default="", db_default="")
    phone = models.CharField(max_length=20, blank=True, default="", db_default="")
    residency = models.PositiveSmallIntegerField(choices=codes.Residency, null=True)
    stays_until = models.DateField(null=True, blank=True)  # of who is here for a time only
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)

    # Code of the household's unit, so that a search within an area asks this table alone.
    place = models.CharField(max_length=40, blank=True, default="", db_default="")
    name_key = models.GeneratedField(
        expression=NameKey(F("name")), output_field=models.TextField(), db_persist=True
    )
    # Where the row comes from; ``field_sources`` has the fields that came from another source
    # later: {"occupation": 17}.
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="people")
    field_sources = models.JSONField(default=dict, db_default={}, blank=True)
    # Set on a double: everything of it is kept with the other row.
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="doubles"
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["birth_date", "name_key"], name="person_birth"),
            GinIndex(SearchKeys(), name="person_search", gin_pending_list_limit=256),
            models.Index(squeezed(), Collate("place", "C"), name="person_name_key"),
            models.Index(Collate("place", "C"), F("id"), name="person_place"),
            models.Index(Phone("phone"), name="person_phone", condition=~Q(phone="")),
            models.Index(
                fields=["stays_until"], name="person_stays", condition=Q(stays_until__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(nik_print__isnull=True, nik_sealed__isnull=True)
                | Q(nik_print__isnull=False, nik_sealed__isnull=False),
                name="nik_whole",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("pk")),
                name="not_merged_into_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def nik(self) -> str:
        """The NIK, "" for somebody who has none yet."""
        return unseal(self.nik_sealed) if self.nik_sealed else ""

    @property
    def lives_here(self) -> bool:
        """What ``living_here`` asks, for one person."""
        return self.status == codes.Status.ALIVE and self.merged_into_id is None


class DifferentPeople(models.Model):
    """Two rows that look like one person, and somebody made sure that they are two."""

    one = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")  # smaller id
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="different_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="different_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} ≠ {self.other_id}"
