"""Who may look into the register and who may write into it, and of which people."""

from collections.abc import Collection, Iterable

from services.residents.models import Person
from services.residents.queries import lives_in
from tenants.office.models import Post, Unit
from tenants.office.roles import Can, can
from tenants.registry.current import city

_VILLAGES = (Unit.Kind.KELURAHAN, Unit.Kind.DESA)
OFFICE = "disdukcapil"  # the dinas that keeps population records, as its code ends


def areas(posts: Iterable[Post]) -> list[str]:
    """Codes of the units whose people these posts keep: of a counter its village, of the dinas of
    population records the whole city."""
    return _areas(posts, Can.KEEPS_REGISTER, _VILLAGES)


def seen(posts: Iterable[Post]) -> list[str]:
    """Codes of the units whose people these posts may find and open: of offices of a village,
    kecamatan or city those who live there, of the dinas of population records the whole city."""
    return _areas(posts, Can.SEES_PEOPLE, {*_VILLAGES, Unit.Kind.KECAMATAN, Unit.Kind.CITY})


def _areas(posts: Iterable[Post], capability: Can, kinds: Collection[str]) -> list[str]:
    found = []
    for post in posts:
        if not can(post.role, capability):
            continue
        if post.unit.kind in kinds:
            found.append(post.unit.code)
        elif post.unit.code == f"{city().code}/{OFFICE}":
            found.append(city().code)
    return list(dict.fromkeys(found))


def keeps(posts: Iterable[Post], person: Person) -> bool:
    """Whether one of these posts keeps this person's facts."""
    return any(lives_in(person, area) for area in areas(posts))


def sees(posts: Iterable[Post], person: Person) -> bool:
    """Whether one of these posts may open this person's record."""
    return any(lives_in(person, area) for area in seen(posts))
