"""When the term of the law ends, beside a reference that counts minute by minute or day by day."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from kernel.workdays import WorkCalendar, national_holidays
from services.cases.deadline_rules import WARNED_AT, Rest, due, moment_of

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
HOURS = (
    {day: (time(8), time(16)) for day in range(5)},
    {**{day: (time(8), time(16)) for day in range(4)}, 4: (time(7, 30), time(11, 30))},
    {day: (time(9), time(14)) for day in range(6)},
)


def _is_open(calendar: WorkCalendar, moment: datetime) -> bool:
    local = moment.astimezone(ZoneInfo(calendar.zone))
    hours = calendar.hours.get(local.weekday())
    is_free = local.date() in calendar.closures or local.date() in national_holidays(local.year)
    return hours is not None and not is_free and hours[0] <= local.time() < hours[1]


def _rests_at(rests: list[Rest], moment: datetime) -> bool:
    return any(rest.since <= moment < (rest.until or datetime.max.replace(tzinfo=UTC))
               for rest in rests)  # fmt: skip


def _reference(
    calendar: WorkCalendar, start: datetime, amount: int, unit: str, rests: list[Rest]
) -> datetime | None:
    """The same by counting, with nothing of the code under test."""
    if any(rest.until is None for rest in rests):
        return None
    zone = ZoneInfo(calendar.zone)
    if unit == "hari_kerja":
        day, counted = start.astimezone(zone).date(), 0
        while counted < amount:
            day += timedelta(days=1)
            free = day in calendar.closures or day in national_holidays(day.year)
            if free or day.weekday() not in calendar.hours:
                continue
            asleep = False
            for rest in rests:
                assert rest.until is not None
                first = rest.since.astimezone(zone).date() + timedelta(days=1)
                last = rest.until.astimezone(zone).date()
                asleep = asleep or first <= day <= last
            counted += not asleep
        return datetime.combine(day, calendar.hours[day.weekday()][1], zone)
    minutes = amount * (60 if unit == "jam_kerja" else 24 * 60)
    moment = start
    while minutes:
        runs = not _rests_at(rests, moment)
        if runs and (unit == "hari" or _is_open(calendar, moment)):
            minutes -= 1
        moment += timedelta(minutes=1)
    return moment


def _case(seed: int) -> tuple[WorkCalendar, datetime, int, str, list[Rest]]:
    chance = random.Random(seed)
    year = chance.choice([2025, 2026])
    begin = datetime(year, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(360 * 24 * 60))
    closures = {date(year, 1, 1) + timedelta(days=chance.randrange(380)) for _ in range(12)}
    calendar = WorkCalendar(chance.choice(ZONES), chance.choice(HOURS), frozenset(closures))
    unit = chance.choice(["hari_kerja", "hari_kerja", "jam_kerja", "hari"])
    amount = chance.randint(1, 9 if unit == "jam_kerja" else 7)
    rests, moment = [], begin
    for _ in range(chance.randrange(4)):
        since = moment + timedelta(minutes=chance.randrange(1, 1500))
        ends = due(calendar, begin, amount, unit, rests)  # type: ignore[arg-type]
        if ends is None or since >= ends:
            break  # nobody returns an application after its term
        until = since + timedelta(minutes=chance.randrange(1, 6000))
        rests.append(Rest(since, until))
        moment = until
    if rests and chance.random() < 0.15:
        rests[-1] = Rest(rests[-1].since, None)
    return calendar, begin, amount, unit, rests


@pytest.mark.parametrize("block", range(10))
def test_ends_as_counting_says_over_a_thousand_cases(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        calendar, begin, amount, unit, rests = _case(seed)
        found = due(calendar, begin, amount, unit, rests)  # type: ignore[arg-type]
        assert found == _reference(calendar, begin, amount, unit, rests), seed


def test_warnings_come_in_order_and_within_the_term() -> None:
    for seed in range(300):
        calendar, begin, amount, unit, rests = _case(seed)
        ends = due(calendar, begin, amount, unit, rests)  # type: ignore[arg-type]
        if ends is None:
            continue
        moments = [
            moment_of(calendar, begin, unit, rests, ends=ends, percent=percent)  # type: ignore[arg-type]
            for percent in WARNED_AT
        ]
        assert begin <= moments[0] <= moments[1] <= moments[2] == ends, seed


def test_half_of_a_term_in_working_hours_is_half_of_the_open_time() -> None:
    calendar = WorkCalendar("Asia/Makassar")
    monday = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09.00
    ends = due(calendar, monday, 8, "jam_kerja", [])
    assert ends is not None
    half = moment_of(calendar, monday, "jam_kerja", [], ends=ends, percent=50)
    assert half == monday + timedelta(hours=4)


def test_a_rest_moves_the_end_by_its_working_days() -> None:
    calendar = WorkCalendar("Asia/Makassar")
    monday = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    back = Rest(monday + timedelta(hours=2), monday + timedelta(days=2))  # to Wednesday
    plain, moved = (
        due(calendar, monday, 5, "hari_kerja", []),
        due(calendar, monday, 5, "hari_kerja", [back]),
    )
    assert plain is not None and moved is not None
    assert plain.date() == date(2026, 11, 30) and moved.date() == date(2026, 12, 2)
    assert due(calendar, monday, 5, "hari_kerja", [Rest(monday, None)]) is None
