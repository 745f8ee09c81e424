"""What of the book follows when two rows of the register are one person."""

from typing import Any

from django.db.models import Q, QuerySet

from services.neighbourhood.models import BoardingHouse, Guest, Mark, Opening, Report
from services.residents import merging


def of_another_kind(rows: QuerySet[Any], kept: int) -> QuerySet[Any]:
    """Marks of which the kept person has none that holds."""
    mine = Mark.objects.filter(person=kept, ended_at=None).values("kind")
    return rows.exclude(Q(kind__in=mine) & Q(ended_at=None))


def not_opened(rows: QuerySet[Any], kept: int) -> QuerySet[Any]:
    """Openings of announcements that the kept person has not opened."""
    opened = Opening.objects.filter(person=kept).values("announcement")
    return rows.exclude(announcement__in=opened)


def register() -> None:
    follow = merging.Follow
    merging.follows.add("neighbourhood.marks", follow(Mark, "person", may=of_another_kind))
    merging.follows.add("neighbourhood.hosts", follow(Guest, "host"))
    merging.follows.add("neighbourhood.stays", follow(Guest, "person"))
    merging.follows.add("neighbourhood.reports", follow(Report, "about"))
    merging.follows.add("neighbourhood.houses", follow(BoardingHouse, "keeper"))
    merging.follows.add("neighbourhood.openings", follow(Opening, "person", may=not_opened))
