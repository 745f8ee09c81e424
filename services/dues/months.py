"""Months as their first day."""

from collections.abc import Iterator
from datetime import date


def month_of(day: date) -> date:
    return day.replace(day=1)


def plus(month: date, number: int) -> date:
    """So many months later; earlier for a number below zero."""
    index = month.year * 12 + month.month - 1 + number
    return date(index // 12, index % 12 + 1, 1)


def through(first: date, last: date) -> Iterator[date]:
    """Each month from the first to the last."""
    while first <= last:
        yield first
        first = plus(first, 1)
