"""What the register knows of one person, with where each fact comes from."""

from dataclasses import dataclass
from datetime import date

from services.residents.fields import FIELDS, Field, Group, value_of
from services.residents.models import Person, Source

# Shown as a card of its own, or of no use to read.
_APART = frozenset({"household", "latitude", "longitude"})


@dataclass(frozen=True, slots=True)
class Known:
    """One fact in words; NIKs are masked. ``source`` and ``on`` say where it comes from and of
    which day; "" and None for rows from before sources were kept."""

    field: Field
    words: str
    source: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class KnownGroup:
    group: Group
    facts: list[Known]


def known_of(person: Person, *, specific: bool = True) -> list[KnownGroup]:
    """Every known fact by group; at most one query. Without ``specific``, what UU 27/2022 calls
    specific personal data is left out."""
    fields = [
        field for name, field in FIELDS.items()
        if name not in _APART and (specific or not field.specific)
    ]  # fmt: skip
    found = {field.name: field.words(value_of(person, field)) for field in fields}
    told = {name: words for name, words in found.items() if words}
    ids = {name: person.field_sources.get(name, person.source_id) for name in told}
    sources = Source.objects.in_bulk({pk for pk in ids.values() if pk is not None})
    groups: dict[Group, list[Known]] = {}
    for name, words in told.items():
        source = sources.get(ids[name]) if ids[name] is not None else None
        fact = Known(FIELDS[name], words)
        if source is not None:
            fact = Known(FIELDS[name], words, source.label, source.on)
        groups.setdefault(FIELDS[name].group, []).append(fact)
    return [KnownGroup(group, groups[group]) for group in Group if group in groups]


def unknown_of(person: Person, *, specific: bool = True) -> list[Field]:
    """The fields of which the register knows nothing."""
    return [
        field for name, field in FIELDS.items()
        if name not in _APART
        and (specific or not field.specific)
        and not field.words(value_of(person, field))
    ]  # fmt: skip
