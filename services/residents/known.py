"""What the register knows of one person, with where each fact comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.residents.fields import FIELDS, Field, Group, Shape, value_of
from services.residents.models import Person, Source


@dataclass(frozen=True, slots=True)
class Known:
    """One fact; ``source`` is None for rows from before sources were kept."""

    field: Field
    value: Any
    source: Source | None

    @property
    def words(self) -> str:
        """As people read it; NIKs are masked."""
        return self.field.words(self.value)


def sources_of(person: Person) -> Mapping[int | None, Source]:
    """Where anything known of a person and of their card comes from, by id. One query."""
    ids = {person.source_id, person.household.source_id, *person.field_sources.values()}
    return {**Source.objects.in_bulk(ids - {None})}


def known_of(
    person: Person, sources: Mapping[int | None, Source], *, specific: bool = True
) -> list[Known]:
    """Every known fact but the family card, in the order of the national lists. Without
    ``specific``, what UU 27/2022 calls specific personal data is left out."""
    return [
        Known(field, value, sources.get(person.field_sources.get(name, person.source_id)))
        for name, field in FIELDS.items()
        if field.shape is not Shape.HOUSEHOLD and (specific or not field.specific)
        and field.words(value := value_of(person, field))
    ]  # fmt: skip


def by_group(facts: list[Known]) -> list[tuple[Group, list[Known]]]:
    """These facts under the headings of the page "Data saya", without points of the map."""
    shown = [fact for fact in facts if fact.field.shape is not Shape.POINT]
    groups = ((group, [f for f in shown if f.field.group is group]) for group in Group)
    return [(group, found) for group, found in groups if found]


def unknown_of(person: Person) -> list[Field]:
    """The fields of which the register knows nothing."""
    return [
        field for field in FIELDS.values()
        if field.shape not in (Shape.HOUSEHOLD, Shape.POINT)
        and not field.words(value_of(person, field))
    ]  # fmt: skip
