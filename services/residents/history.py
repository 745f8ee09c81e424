"""What happened to people, in words: each event with its fields, before and after."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from services.residents.fields import FIELDS, HOUSEHOLD, Field, Shape
from services.residents.models import Household, Person, PersonEvent
from tenants.office.models import Unit


@dataclass(frozen=True, slots=True)
class Change:
    """One line; "" is "not known"."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One event with its changes."""

    event: PersonEvent
    changes: list[Change]

    @property
    def title(self) -> str:
        return str(self.event.get_kind_display())

    @property
    def is_undone(self) -> bool:
        return hasattr(self.event, "reversed_by")

    @property
    def can_be_undone(self) -> bool:
        """Whether it is worth trying: the register says whether nothing came after."""
        kinds = (PersonEvent.Kind.UNDO, PersonEvent.Kind.MERGE)
        return not self.is_undone and self.event.kind not in kinds


def history_of(person: Person, *, limit: int, brief: bool = False) -> list[Happened]:
    """What happened to a person, also under rows that were merged into this one; the newest
    first. At most three queries, one where it is ``brief``."""
    events = (
        PersonEvent.objects.filter(Q(person=person) | Q(person__merged_into=person))
        .select_related("source", "entered_by", "reversed_by")
        .order_by("-pk")
    )
    return in_words(events[:limit], brief=brief)


def in_words(events: Collection[PersonEvent], *, brief: bool = False) -> list[Happened]:
    """Events with what they changed, in their order. Numbers are masked. Two queries at most.

    ``brief``, for the record at a desk: of numbers, specific data and places only that they
    changed, of an entry nothing; no query.
    """
    changes = [_changes(event, brief) for event in events]
    cards = _cards({pk for one in changes for pk in one.get("household", ()) if pk is not None})
    places = _places({code for one in changes for code in one.get("rt", ()) if code})
    return [
        Happened(event, [
            Change(_field(name).label, *(_words(name, value, cards, places) for value in told))
            for name, told in one.items()
        ])
        for event, one in zip(events, changes, strict=True)
    ]  # fmt: skip


_APART = (Shape.NUMBER, Shape.HOUSEHOLD, Shape.PLACE)


def _changes(event: PersonEvent, brief: bool) -> dict[str, list[Any]]:
    if not brief:
        return event.all_changes
    if event.kind == PersonEvent.Kind.ENTRY:
        return {}
    return {
        name: [None, None] if _field(name).specific or _field(name).shape in _APART else told
        for name, told in event.all_changes.items()
    }


def _field(name: str) -> Field:
    return FIELDS.get(name) or HOUSEHOLD[name]


def _cards(ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    found = Household.objects.filter(pk__in=ids).select_related("rt")
    return {card.pk: f"{card.address}, {card.rt.name}" for card in found}


def _places(codes: Collection[str]) -> dict[str, str]:
    if not codes:
        return {}
    found = Unit.objects.filter(code__in=codes).select_related("parent")
    return {unit.code: unit.name for unit in found}


def _words(
    name: str, value: Any, cards: Mapping[int, str], places: Mapping[str, str]
) -> str:  # fmt: skip
    field = _field(name)
    if value is None:
        return ""
    if field.shape is Shape.HOUSEHOLD:
        return cards.get(int(value), "")
    if field.shape is Shape.PLACE:
        return places.get(value, str(value))
    return field.words(field.from_json(value))
