"""Who may write into the register, and for which people."""

from collections.abc import Iterable

from services.residents.models import Person
from services.residents.queries import lives_in
from tenants.office.models import Post, Unit
from tenants.office.roles import Can, can
from tenants.registry.current import city

OFFICE = "disdukcapil"  # the dinas that keeps population records, as its code ends


def areas(posts: Iterable[Post]) -> list[str]:
    """Codes of the units whose people these posts keep: of a counter its village, of the dinas of
    population records the whole city."""
    found = []
    for post in posts:
        if not can(post.role, Can.KEEPS_REGISTER):
            continue
        if post.unit.kind in (Unit.Kind.KELURAHAN, Unit.Kind.DESA):
            found.append(post.unit.code)
        elif post.unit.code == f"{city().code}/{OFFICE}":
            found.append(city().code)
    return found


def keeps(posts: Iterable[Post], person: Person) -> bool:
    """Whether one of these posts keeps this person's facts."""
    return any(lives_in(person, area) for area in areas(posts))
