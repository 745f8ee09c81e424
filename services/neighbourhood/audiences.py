"""For which residents something is meant, and what is meant for a resident."""

from datetime import date

from django.db.models import Q, QuerySet

from kernel.errors import RuleBroken
from services.neighbourhood.groups import GROUPS, counts
from services.residents import codes
from services.residents.models import Person
from services.residents.queries import within
from tenants.office.models import Unit
from tenants.office.queries import ancestor_codes
from tenants.office.roles import NEIGHBOURHOOD

ALL, HEADS = "all", "heads"
NAMES = {ALL: "Semua warga", HEADS: "Kepala keluarga"}


def choices(units: list[Unit]) -> list[tuple[str, str]]:
    """What may be chosen for these units. An office addresses no vulnerable group: who belongs to
    one is known to the heads of the neighbourhood."""
    found = list(NAMES.items())
    if all(unit.kind in NEIGHBOURHOOD for unit in units):
        found += [(key, group.name) for key, group in GROUPS.items()]
    return found


def named(audience: str) -> str:
    """The name of an audience as its head reads it."""
    return NAMES.get(audience) or GROUPS[audience].name


def require(audience: str, unit: Unit) -> None:
    """Raises RuleBroken for an audience that this unit may not address."""
    if audience not in dict(choices([unit])):
        raise RuleBroken("Pilih untuk siapa pengumuman ini.", field="audience")


def people_of(unit: Unit, audience: str, today: date) -> QuerySet[Person]:
    """Who is meant: residents who live in the unit today and belong to the audience."""
    found = Person.objects.living_here().filter(within("place", unit.code))
    if audience == HEADS:
        return found.filter(relation=codes.Relation.HEAD)
    return found if audience == ALL else found.filter(GROUPS[audience].holds(today))


def places_of(person: Person) -> list[str]:
    """The codes of the place where somebody lives and of those around it; none for who left."""
    return [person.place, *ancestor_codes(person.place)] if person.lives_here else []


def audiences_of(person: Person, today: date) -> list[str]:
    """Every audience to which a resident belongs. One query."""
    counted = counts(Person.objects.filter(pk=person.pk), today)
    found = [ALL, *(name for name, number in counted.items() if number)]
    return [*found, HEADS] if person.relation == codes.Relation.HEAD else found


def meant_for(person: Person, today: date) -> Q:
    """A condition on rows with ``unit`` and ``audience``: for this resident, where they live now.
    One query."""
    return Q(unit__code__in=places_of(person), audience__in=audiences_of(person, today))
