"""Months and years of books."""

from datetime import date


def period(year: int, month: int = 0) -> tuple[date, date]:
    """A month, or with 0 a year: its first day, and the first day after its last."""
    if not month:
        return date(year, 1, 1), date(year + 1, 1, 1)
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
