"""What events of people changed, in words: field, before, after."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from services.residents.fields import FIELDS, HOUSEHOLD, Shape
from services.residents.models import Household, PersonEvent
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


def in_words(events: Collection[PersonEvent]) -> list[Happened]:
    """Events with what they changed, in their order. Numbers are masked. Two queries at most."""
    changes = [event.all_changes for event in events]
    cards = _cards({pk for one in changes for pk in one.get("household", ()) if pk is not None})
    places = _places({code for one in changes for code in one.get("rt", ()) if code})
    return [
        Happened(event, [
            Change(_field(name).label, *(_words(name, value, cards, places) for value in told))
            for name, told in one.items()
        ])
        for event, one in zip(events, changes, strict=True)
    ]  # fmt: skip


def _field(name: str) -> Any:
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
    return str(field.words(field.from_json(value)))
