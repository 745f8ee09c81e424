"""What of the book follows when two rows of the register are one person."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from services.neighbourhood.models import (
    BoardingHouse,
    Guest,
    Mark,
    Opening,
    Reply,
    Report,
    WatchMember,
    WatchSwap,
)
from services.residents import merging


def of_another_kind(rows: QuerySet[Any], kept: int) -> QuerySet[Any]:
    """Marks of which the kept person has none that holds."""
    mine = Mark.objects.filter(person=kept, ended_at=None).values("kind")
    return rows.exclude(Q(kind__in=mine) & Q(ended_at=None))


def not_opened(rows: QuerySet[Any], kept: int) -> QuerySet[Any]:
    """Openings of announcements that the kept person has not opened."""
    opened = Opening.objects.filter(person=kept).values("announcement")
    return rows.exclude(announcement__in=opened)


def not_replied(rows: QuerySet[Any], kept: int) -> QuerySet[Any]:
    """Answers for days for which the kept person has given none."""
    mine = Reply.objects.filter(person=kept, activity=OuterRef("activity"), on=OuterRef("on"))
    return rows.exclude(Exists(mine))


def not_in_group(rows: QuerySet[Any], kept: int) -> QuerySet[Any]:
    """Places in groups of the watch in which the kept person is not."""
    mine = WatchMember.objects.filter(person=kept).values("group")
    return rows.exclude(group__in=mine)


def not_swapped(rows: QuerySet[Any], kept: int) -> QuerySet[Any]:
    """Swaps that meet none of the kept person's own."""
    mine = WatchSwap.objects.filter(asker=kept, on=OuterRef("on"))
    return rows.exclude(Exists(mine)).exclude(Q(asker=kept) | Q(other=kept))


def register() -> None:
    follow = merging.Follow
    merging.follows.add("neighbourhood.marks", follow(Mark, "person", may=of_another_kind))
    merging.follows.add("neighbourhood.hosts", follow(Guest, "host"))
    merging.follows.add("neighbourhood.stays", follow(Guest, "person"))
    merging.follows.add("neighbourhood.reports", follow(Report, "about"))
    merging.follows.add("neighbourhood.houses", follow(BoardingHouse, "keeper"))
    merging.follows.add("neighbourhood.openings", follow(Opening, "person", may=not_opened))
    merging.follows.add("neighbourhood.replies", follow(Reply, "person", may=not_replied))
    merging.follows.add("neighbourhood.watches", follow(WatchMember, "person", may=not_in_group))
    merging.follows.add("neighbourhood.swaps", follow(WatchSwap, "asker", may=not_swapped))
    merging.follows.add("neighbourhood.swapped", follow(WatchSwap, "other", may=not_swapped))
