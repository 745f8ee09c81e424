"""What the page of a person shows, read in eight queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, F, Value
from django.db.models.lookups import IsNull

from audit import queries as audit
from audit.models import Entry
from kernel.text import in_capitals_and_small
from services.applications.models import Application
from services.cases.queries import UNDER_WAY
from services.letters.models import Letter
from services.residents.fields import HOUSEHOLD, Field, Group, Shape
from services.residents.history import Happened, history_of
from services.residents.known import known_of, sources_of
from services.residents.models import Person, Source
from services.residents.queries import area_names
from services.residents.wallet.kinds import kinds
from services.residents.wallet.queries import documents_of

SHOWN = 20  # of each list


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of somebody; ``source`` where it is not the record's own."""

    label: str
    words: str
    source: Source | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A letter issued here, or a document in the resident's wallet, which has a ``document_id``."""

    name: str
    number: str
    on: date  # issued, or given
    until: date | None
    is_revoked: bool
    document_id: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything on the page."""

    person: Person
    place: str
    groups: Mapping[str, list[Fact]]
    members: list[Person]
    history: list[Happened]
    letters: list[Paper]
    documents: list[Paper]
    cases: list[Application]
    reads: list[Entry]


def read(person: Person, *, full_numbers: bool, sensitive: bool) -> Record:
    """``sensitive`` shows what UU 27/2022 calls specific; ``full_numbers`` unmasks NIK and KK."""
    papers = _papers(person)
    return Record(
        person,
        _place(person),
        _groups(person, full_numbers, sensitive),
        list(
            Person.objects.single().filter(household=person.household_id)
            .order_by("relation", "birth_date", "pk")
        ),
        history_of(person, limit=SHOWN, brief=True),
        [paper for paper in papers if paper.document_id is None],
        [paper for paper in papers if paper.document_id is not None],
        list(
            Application.objects.filter(applicant=person, state__in=UNDER_WAY)
            .select_related("version__service").order_by("-pk")[:SHOWN]
        ),
        list(audit.told_to(person.pk)[:SHOWN]),
    )  # fmt: skip


def _papers(person: Person) -> list[Paper]:
    """Letters, newest first, and what the wallet keeps. One query for both."""
    letters = Letter.objects.filter(person=person).order_by("-pk").values_list(
        "subject", "number", "issued_on", "valid_until", IsNull(F("revoked_at"), False),
        Value(None, BigIntegerField()),
    )  # fmt: skip
    documents = documents_of(person).values_list(
        "kind", Value(""), "given_on", "valid_until", Value(value=False), "pk"
    )
    found = letters[:SHOWN].union(documents[:SHOWN], all=True)
    known = kinds()
    return [
        Paper(known[name].label if pk and name in known else name, number, on, until, gone, pk)
        for name, number, on, until, gone, pk in found
    ]


def _place(person: Person) -> str:
    area = area_names(person.household.rt)
    numbers = [f"{word} {area[key]}" for key, word in (("rt", "RT"), ("rw", "RW")) if area[key]]
    parts = [" / ".join(numbers), area["dusun"], area["kelurahan"], area["kecamatan"]]
    return ", ".join(part for part in parts if part)


def _groups(person: Person, full: bool, sensitive: bool) -> dict[str, list[Fact]]:
    """Known facts by group, in the order of the national lists."""
    household = person.household
    sources = sources_of(person)
    found: dict[str, list[Fact]] = {group.value: [] for group in Group}
    for known in known_of(person, sources, specific=sensitive):
        field = known.field
        origin = known.source if field.name in person.field_sources else None
        words = _words(field, known.value, full)
        found[field.group.value].append(Fact(field.label, words, origin))
    own_card = household.source_id == person.source_id
    of_card = None if own_card else sources.get(household.source_id or 0)
    for field in HOUSEHOLD.values():
        if field.shape is Shape.PLACE:
            continue
        words = _words(field, getattr(household, field.name), full)
        if words:
            found[field.group.value].append(Fact(field.label, words, of_card))
    return {group: facts for group, facts in found.items() if facts}


def _words(field: Field, value: Any, full: bool) -> str:
    if field.shape is Shape.NUMBER and full:
        return str(value or "")
    words = field.words(value)
    return in_capitals_and_small(words) if field.shape is Shape.TEXT else words
