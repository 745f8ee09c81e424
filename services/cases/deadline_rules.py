"""The term the law gives for a decision: when it ends, and how much of it is used up. Plain Python.

A term of working days begins on the day after receipt and ends when the office closes on its last
day (UU 30/2014 article 53 as changed by UU 6/2023: five working days where no rule says otherwise).
While an application is back with the applicant the term rests: the days after the one on which it
was returned, up to the one on which it came again, are not counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from kernel.workdays import WorkCalendar

TermUnit = Literal["hari", "hari_kerja", "jam_kerja"]
WARNED_AT = (50, 80, 100)  # percent of the term


@dataclass(frozen=True, slots=True)
class Rest:
    """A time during which the term rests; ``until`` is None while it still does."""

    since: datetime
    until: datetime | None


def due(
    calendar: WorkCalendar, start: datetime, amount: int, unit: TermUnit, rests: Sequence[Rest]
) -> datetime | None:
    """When the term ends; None while it rests. ``rests`` are in order and do not overlap."""
    if rests and rests[-1].until is None:
        return None
    if unit == "hari_kerja":
        return _after_workdays(calendar, start, amount, rests)
    left = timedelta(hours=amount) if unit == "jam_kerja" else timedelta(days=amount)
    for begin, end in _running(start, rests):
        if end is None:
            return _after(calendar, unit, begin, left)
        used = _used(calendar, unit, begin, end)
        if left <= used:
            return _after(calendar, unit, begin, left)
        left -= used
    raise AssertionError("the last stretch has no end")


def _after_workdays(
    calendar: WorkCalendar, start: datetime, amount: int, rests: Sequence[Rest]
) -> datetime:
    zone = ZoneInfo(calendar.zone)
    resting = [
        (rest.since.astimezone(zone).date(), rest.until.astimezone(zone).date())
        for rest in rests
        if rest.until is not None
    ]
    day = start.astimezone(zone).date()
    while amount:
        day += timedelta(days=1)
        rests_today = any(since < day <= until for since, until in resting)
        amount -= calendar.is_workday(day) and not rests_today
    return datetime.combine(day, calendar.hours[day.weekday()][1], zone)


def _running(start: datetime, rests: Sequence[Rest]) -> Iterator[tuple[datetime, datetime | None]]:
    """The stretches in which the term runs; the last has no end."""
    begin = start
    for rest in rests:
        yield begin, rest.since
        if rest.until is None:
            return
        begin = rest.until
    yield begin, None


def _used(calendar: WorkCalendar, unit: TermUnit, begin: datetime, end: datetime) -> timedelta:
    if unit == "hari":
        return max(end - begin, timedelta())
    return calendar.working_time(begin, end)


def _after(calendar: WorkCalendar, unit: TermUnit, begin: datetime, used: timedelta) -> datetime:
    return begin + used if unit == "hari" else calendar.after(begin, used)


def moment_of(
    calendar: WorkCalendar, start: datetime, unit: TermUnit, rests: Sequence[Rest], *,
    ends: datetime, percent: int,
) -> datetime:  # fmt: skip
    """When this share of a term that ends at ``ends`` is used up. Of working days and hours, only
    time in which the office is open counts."""
    if percent >= 100:
        return ends
    stretches = [
        (begin, min(end or ends, ends)) for begin, end in _running(start, rests) if begin < ends
    ]
    whole = sum((_used(calendar, unit, *one) for one in stretches), timedelta())
    left = whole * percent / 100
    for begin, end in stretches:
        used = _used(calendar, unit, begin, end)
        if left <= used:
            return _after(calendar, unit, begin, left)
        left -= used
    return ends
