"""Working days and hours: when something is due.

National holidays come from the ``holidays`` library (SKB 3 Menteri, with collective leave); a
city adds its own closures. All moments are aware; counting happens in the city's own zone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import holidays

ClockUnit = Literal["jam", "jam_kerja", "hari", "hari_kerja"]


def _national(year: int) -> "holidays.HolidayBase":
    import holidays  # slow to import: not at the start of every process

    return holidays.country_holidays(
        "ID", years=year, categories=(holidays.PUBLIC, holidays.GOVERNMENT), language="id"
    )


@lru_cache(maxsize=16)
def national_holidays(year: int) -> frozenset[date]:
    """Public holidays and collective leave (cuti bersama) of one year."""
    return frozenset(_national(year))


def national_holiday_names(year: int) -> dict[date, str]:
    """The same days with their names."""
    return dict(_national(year))


Hours = tuple[time, time]  # from when until when
USUAL: Mapping[int, Hours] = {weekday: (time(8, 0), time(16, 0)) for weekday in range(5)}


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Service hours by weekday (0 is Monday), closures, and days on which the offices are open
    although the national calendar says otherwise, of one city or of one of its units."""

    zone: str
    hours: Mapping[int, Hours] = field(default_factory=lambda: USUAL)
    closures: frozenset[date] = field(default_factory=frozenset)
    opened: frozenset[date] = field(default_factory=frozenset)

    def is_workday(self, day: date) -> bool:
        if day.weekday() not in self.hours or day in self.closures:
            return False
        return day in self.opened or day not in national_holidays(day.year)

    def due(self, start: datetime, amount: int, unit: ClockUnit) -> datetime:
        """The last moment in time for something that starts at ``start``.

        Working days: the day of receipt is not counted; due when the office closes on the last
        counted day. Working hours: only hours the office is open count. Plain hours and days run
        by the wall clock.
        """
        if amount < 1:
            raise ValueError("amount must be at least 1")
        local = start.astimezone(ZoneInfo(self.zone))
        if unit == "jam":
            return start + timedelta(hours=amount)
        if unit == "hari":
            return start + timedelta(days=amount)
        if unit == "hari_kerja":
            return self._end_of_workday(local, amount)
        return self.after(start, timedelta(hours=amount))

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """How long the offices were open between two moments."""
        zone = ZoneInfo(self.zone)
        begin, finish = start.astimezone(zone), end.astimezone(zone)
        total, day = timedelta(), begin.date()
        while day <= finish.date():
            if self.is_workday(day):
                first, last = self.hours[day.weekday()]
                opens = max(begin, datetime.combine(day, first, zone))
                closes = min(finish, datetime.combine(day, last, zone))
                total += max(closes - opens, timedelta())
            day += timedelta(days=1)
        return total

    def _end_of_workday(self, local: datetime, amount: int) -> datetime:
        day = local.date()
        while amount:
            day += timedelta(days=1)
            amount -= self.is_workday(day)
        return datetime.combine(day, self.hours[day.weekday()][1], ZoneInfo(self.zone))

    def after(self, start: datetime, worked: timedelta) -> datetime:
        """The moment at which the offices have been open this long since ``start``."""
        zone = ZoneInfo(self.zone)
        local = start.astimezone(zone)
        left, day = worked, local.date()
        while True:
            if self.is_workday(day):
                opens, closes = (
                    datetime.combine(day, moment, zone) for moment in self.hours[day.weekday()]
                )
                begin = max(local, opens)
                if begin < closes:
                    if left <= closes - begin:
                        return begin + left
                    left -= closes - begin
            day += timedelta(days=1)


def calendar_for(
    zone: str, closures: Iterable[date] = (), hours: Mapping[int, Hours] | None = None,
    opened: Iterable[date] = (),
) -> WorkCalendar:  # fmt: skip
    """The calendar of a city; without hours of its own, the usual ones."""
    return WorkCalendar(zone, hours or USUAL, frozenset(closures), frozenset(opened))
