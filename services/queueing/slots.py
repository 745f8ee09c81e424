"""Which times a line offers for appointments. Plain Python."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kernel.workdays import WorkCalendar

AHEAD = 30  # days
SOONEST = timedelta(minutes=30)  # before which a time is no longer offered


@dataclass(frozen=True, slots=True)
class Every:
    """A rule: on this weekday between these times, so many people every so many minutes."""

    weekday: int
    opens: time
    closes: time
    minutes: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A time, and how many people it has room for."""

    starts_at: datetime
    capacity: int


def slots_on(
    day: date, rules: Iterable[Every], calendar: WorkCalendar, zone: ZoneInfo
) -> list[Slot]:
    """The times of a day in their order: none on a day on which the offices are closed. Each ends
    before its rule does."""
    if not calendar.is_workday(day):
        return []
    found: dict[datetime, int] = {}
    for rule in rules:
        if rule.weekday != day.weekday():
            continue
        begin = datetime.combine(day, rule.opens, zone)
        end = datetime.combine(day, rule.closes, zone)
        length = timedelta(minutes=rule.minutes)
        while begin + length <= end:
            found[begin] = found.get(begin, 0) + rule.capacity
            begin += length
    return [Slot(begin, room) for begin, room in sorted(found.items())]


def days_ahead(today: date) -> list[date]:
    """The days for which appointments are made."""
    return [today + timedelta(days=n) for n in range(AHEAD + 1)]


def first_free(capacity: int, taken: Iterable[int]) -> int | None:
    """The first place of a time that nobody has; None where it is full."""
    used = set(taken)
    return next((place for place in range(1, capacity + 1) if place not in used), None)


def is_offered(starts_at: datetime, at: datetime) -> bool:
    """Whether a time may still be booked."""
    return starts_at - at >= SOONEST


@dataclass(frozen=True, slots=True)
class Free:
    """A time with room left."""

    starts_at: datetime
    left: int


def free(slots: Iterable[Slot], taken: Mapping[datetime, int], at: datetime) -> list[Free]:
    """Those of these times that may be booked."""
    return [
        Free(slot.starts_at, slot.capacity - taken.get(slot.starts_at, 0))
        for slot in slots
        if is_offered(slot.starts_at, at) and slot.capacity > taken.get(slot.starts_at, 0)
    ]
