"""Numbers that are given one after the other, anew each year: which there are, and who gives them.

Whatever gives such numbers registers them; the report of missing numbers reads them all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import QuerySet

from kernel.registry import Registry

# An office; an office or a unit of the neighbourhood around it; the city as a whole.
Holder = Literal["office", "area", "city"]
VoidRow = tuple[int, str, str, str]  # id of the unit, series, number, what became of it


def none_void(rows: QuerySet[Any]) -> Iterable[VoidRow]:
    """Of numbers that nothing makes void."""
    return ()


@dataclass(frozen=True, slots=True)
class Numbers:
    """One kind of number."""

    label: str
    holder: Holder
    rows: Callable[[int], QuerySet[Any]]  # everything that bears one of a year
    # Those of these rows whose number counts no more, with the reason. One query.
    void: Callable[[QuerySet[Any]], Iterable[VoidRow]] = none_void
    sequence: str = "sequence"  # the field with the running number
    series: str = ""  # the field that tells several series of one office apart
    called: Callable[[str], str] = str  # what a series is called
    # Numbers of a year that another kind of paper bears in the same book: unit and number.
    elsewhere: Callable[[int], Iterable[tuple[int, int]]] | None = None


numbers: Registry[Numbers] = Registry("numbers", "yearly numbers without gaps")
