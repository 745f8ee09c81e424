from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.workdays import WorkCalendar, calendar_for, national_holidays

WITA = ZoneInfo("Asia/Makassar")
CALENDAR = calendar_for("Asia/Makassar")


def test_saturday_submission_is_due_when_the_office_closes_on_monday() -> None:
    saturday = datetime(2026, 11, 21, 8, 14, tzinfo=WITA)
    assert CALENDAR.due(saturday, 1, "hari_kerja") == datetime(2026, 11, 23, 16, tzinfo=WITA)


def test_the_day_of_receipt_is_not_counted() -> None:
    monday = datetime(2026, 11, 23, 9, tzinfo=WITA)
    assert CALENDAR.due(monday, 1, "hari_kerja") == datetime(2026, 11, 24, 16, tzinfo=WITA)


def test_independence_day_is_skipped() -> None:
    assert date(2026, 8, 17) in national_holidays(2026)
    friday = datetime(2026, 8, 14, 9, tzinfo=WITA)
    assert CALENDAR.due(friday, 1, "hari_kerja") == datetime(2026, 8, 18, 16, tzinfo=WITA)


def test_working_hours_run_over_the_night() -> None:
    tuesday = datetime(2026, 11, 24, 15, tzinfo=WITA)
    assert CALENDAR.due(tuesday, 2, "jam_kerja") == datetime(2026, 11, 25, 9, tzinfo=WITA)


def test_plain_hours_run_by_the_wall_clock() -> None:
    saturday = datetime(2026, 11, 21, 8, 14, tzinfo=WITA)
    assert CALENDAR.due(saturday, 24, "jam") == saturday + timedelta(hours=24)


def test_a_citys_own_closure_counts_as_a_holiday() -> None:
    closed = calendar_for("Asia/Makassar", [date(2026, 11, 24)])
    monday = datetime(2026, 11, 23, 9, tzinfo=WITA)
    assert closed.due(monday, 1, "hari_kerja") == datetime(2026, 11, 25, 16, tzinfo=WITA)


@pytest.mark.parametrize("unit", ["jam", "hari", "jam_kerja", "hari_kerja"])
@given(
    start=st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    amount=st.integers(1, 30),
)
def test_due_is_later_and_grows_with_the_amount(unit, start, amount) -> None:
    due = CALENDAR.due(start, amount, unit)
    assert due > start
    assert CALENDAR.due(start, amount + 1, unit) > due


@given(
    start=st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    amount=st.integers(1, 30),
)
def test_working_clocks_end_while_the_office_is_open(start, amount) -> None:
    for unit in ("jam_kerja", "hari_kerja"):
        local = CALENDAR.due(start, amount, unit).astimezone(WITA)
        assert CALENDAR.is_workday(local.date())
        opens, closes = CALENDAR.hours[local.weekday()]
        assert opens <= local.time() <= closes


@given(
    start=st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    amount=st.integers(1, 30),
)
def test_working_time_until_a_working_clock_ends_is_its_hours(start, amount) -> None:
    end = CALENDAR.due(start, amount, "jam_kerja")
    assert CALENDAR.working_time(start, end) == timedelta(hours=amount)


def test_a_night_between_two_moments_is_no_working_time() -> None:
    evening = datetime(2026, 11, 23, 19, tzinfo=WITA)
    assert CALENDAR.working_time(evening, evening + timedelta(hours=10)) == timedelta()


def test_a_national_holiday_that_was_moved_is_a_workday_there() -> None:
    day = next(one for one in sorted(national_holidays(2026)) if one.weekday() < 5)
    city = WorkCalendar("Asia/Makassar", opened=frozenset({day}))
    assert city.is_workday(day)
    assert not WorkCalendar("Asia/Makassar").is_workday(day)
    both = WorkCalendar("Asia/Makassar", opened=frozenset({day}), closures=frozenset({day}))
    assert not both.is_workday(day), "closed by the city itself"
