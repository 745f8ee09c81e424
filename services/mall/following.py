"""What of the mall follows other changes: a closed office, one person in two rows."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from services.mall.models import OwnNumber, Tile
from services.residents import merging
from tenants.office import decrees
from tenants.office.decrees import Closing


def close_office(closing: Closing) -> None:
    """A tile names the office that goes on with its work, or none."""
    Tile.objects.filter(unit=closing.unit).update(unit=closing.successor)


def not_noted(rows: QuerySet[Any], kept: int) -> QuerySet[Any]:
    """Numbers that the kept person has not noted."""
    mine = OwnNumber.objects.filter(
        person=kept, system=OuterRef("system"), number=OuterRef("number")
    )
    return rows.exclude(Exists(mine))


def register() -> None:
    merging.follows.add("mall.numbers", merging.Follow(OwnNumber, "person", may=not_noted))
    decrees.closed.add("mall", close_office)
