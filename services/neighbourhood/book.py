"""Reading the book: households and people of an area. Each query takes the posts of who asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from services.neighbourhood.areas import codes_of, lives_there
from services.neighbourhood.groups import GROUPS
from services.neighbourhood.models import Mark
from services.residents import codes
from services.residents.models import Household, Person
from tenants.office.models import Post, Unit

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Home:
    """One household in the list."""

    household: Household
    head: Person | None
    number: int  # of people who live there


def units(posts: Sequence[Post]) -> QuerySet[Unit]:
    """The units of these posts and those below, where cards lie."""
    below: Q = Q(pk__in=[])
    for code in codes_of(posts):
        below |= Q(code=code) | Q(code__startswith=f"{code}/")
    return Unit.objects.filter(below)


def households(posts: Sequence[Post]) -> QuerySet[Household]:
    """Households of the area in which somebody lives, by address."""
    lived_in = Person.objects.living_here().filter(lives_there(posts)).values("household")
    return (
        Household.objects.filter(pk__in=lived_in).select_related("rt").order_by("address_key", "pk")
    )


def homes(found: Iterable[Household]) -> list[Home]:
    """Households with head and number of people. One query."""
    rows = list(found)
    members: dict[int, list[Person]] = {row.pk: [] for row in rows}
    living = Person.objects.living_here().filter(household__in=members)
    for person in living.order_by("relation", "birth_date", "pk"):
        members[person.household_id].append(person)
    return [Home(row, _head(members[row.pk]), len(members[row.pk])) for row in rows]


def _head(members: Sequence[Person]) -> Person | None:
    heads = (one for one in members if one.relation == codes.Relation.HEAD)
    return next(heads, members[0] if members else None)


def people(posts: Sequence[Post], *, group: str = "", today: date) -> QuerySet[Person]:
    """Everybody who lives in the area, or those of one vulnerable group, by name."""
    found = Person.objects.living_here().filter(lives_there(posts))
    if group in GROUPS:
        found = found.filter(GROUPS[group].holds(today))
    return found.select_related("household__rt").order_by("name_key", "pk")


def members(posts: Sequence[Post], household_id: int) -> list[Person]:
    """Who lives in a household of the area; nobody where it lies elsewhere."""
    found = people(posts, today=date.min).filter(household=household_id)
    return list(found.order_by("relation", "birth_date", "pk"))


def marks_of(person: Person) -> list[Mark]:
    """What heads marked, those that hold first."""
    found = Mark.objects.filter(person=person).select_related("set_by", "ended_by")
    return sorted(found, key=lambda mark: (mark.ended_at is not None, -mark.pk))
