"""Where a head of RT, RW or dusun keeps the book: the units of the posts held today."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from kernel.errors import NotThere
from services.residents.models import Person
from services.residents.queries import lives_in, people, within
from tenants.office.models import Post, Unit
from tenants.office.queries import current_holdings, keeping, vouched_units, vouching_unit
from tenants.office.roles import Can, having


def codes_of(posts: Iterable[Post]) -> list[str]:
    """The codes of the units for whose residents these posts answer; other posts keep no book."""
    return list(dict.fromkeys(post.unit.code for post in keeping(posts)))


def lives_there(posts: Iterable[Post]) -> Q:
    """A condition on people: whose home lies in one of these units."""
    return reduce(or_, (within("place", code) for code in codes_of(posts)), Q(pk__in=[]))


def lies_there(posts: Iterable[Post], path: str = "unit") -> Q:
    """A condition on rows of a unit: one of these, or one that lies in it."""
    conditions = (
        Q(**{f"{path}__code": code}) | Q(**{f"{path}__code__startswith": f"{code}/"})
        for code in codes_of(posts)
    )
    return reduce(or_, conditions, Q(pk__in=[]))


def person_there(posts: Sequence[Post], pk: int) -> Person:
    """Somebody of the own area. Raises NotThere."""
    found = people().single().filter(pk=pk).first()
    if found is None or not any(lives_in(found, code) for code in codes_of(posts)):
        raise NotThere("Orang ini tidak ditemukan di wilayah Anda.")
    return found


def reporting_units(posts: Iterable[Post]) -> QuerySet[Unit]:
    """The units of the own area that send monthly reports: each RT, and each dusun without one."""
    return vouched_units().filter(
        reduce(
            or_,
            (Q(code=code) | Q(code__startswith=f"{code}/") for code in codes_of(posts)),
            Q(pk__in=[]),
        )
    ).order_by("code")  # fmt: skip


def unit_of(person: Person) -> Unit:
    """For which unit something about this person is reported: the RT, or the dusun without one;
    else the deepest place that is known."""
    return vouching_unit(person.place) or person.household.rt


def is_left_to(posts: Sequence[Post], unit: Unit, on: date) -> bool:
    """Whether holders of these posts act in the place of this unit: it is their own, or one below
    that nobody heads. Raises NotThere for a unit elsewhere."""
    if post_for(posts, unit).unit_id == unit.pk:
        return True
    held = current_holdings(on).filter(post__unit=unit, user__is_active=True)
    return not held.filter(having(Can.VOUCHES, "post__role")).exists()


def post_for(posts: Sequence[Post], unit: Unit) -> Post:
    """The post by which somebody acts for this unit, the nearest one. Raises NotThere."""
    fitting = [
        p
        for p in keeping(posts)
        if unit.code == p.unit.code or unit.code.startswith(f"{p.unit.code}/")
    ]
    if not fitting:
        raise NotThere("Halaman ini bukan untuk wilayah Anda.")
    return max(fitting, key=lambda post: len(post.unit.code))
