"""Which times are offered for appointments. Plain Python."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from kernel.workdays import calendar_for
from services.queueing import slots
from services.queueing.slots import Every, Slot

ZONE = ZoneInfo("Asia/Makassar")
CALENDAR = calendar_for("Asia/Makassar")
MONDAY = date(2026, 11, 30)
MORNING = Every(0, time(8), time(9), 25, 2)


def test_a_time_ends_before_its_rule_does() -> None:
    found = slots.slots_on(MONDAY, [MORNING], CALENDAR, ZONE)
    assert [slot.starts_at.astimezone(ZONE).time() for slot in found] == [time(8), time(8, 25)]
    assert slots.slots_on(MONDAY + timedelta(days=1), [MORNING], CALENDAR, ZONE) == []


def test_no_time_is_offered_on_a_day_on_which_the_offices_are_closed() -> None:
    closed = calendar_for("Asia/Makassar", [MONDAY])
    assert slots.slots_on(MONDAY, [MORNING], closed, ZONE) == []
    every_day = [Every(weekday, time(8), time(9), 30, 1) for weekday in range(7)]
    sunday = MONDAY - timedelta(days=1)
    assert slots.slots_on(sunday, every_day, CALENDAR, ZONE) == []


def test_two_rules_of_the_same_time_add_up() -> None:
    found = slots.slots_on(MONDAY, [MORNING, MORNING], CALENDAR, ZONE)
    assert [slot.capacity for slot in found] == [4, 4]


@given(st.integers(1, 20), st.sets(st.integers(1, 30), max_size=30))
def test_the_first_free_place_is_one_that_nobody_has(capacity: int, taken: set[int]) -> None:
    place = slots.first_free(capacity, taken)
    if place is None:
        assert taken >= set(range(1, capacity + 1))
    else:
        assert 1 <= place <= capacity and place not in taken


def test_a_time_that_is_near_or_full_is_not_offered() -> None:
    at = datetime(2026, 11, 30, 0, tzinfo=UTC)
    near, full, open_ = (at + timedelta(minutes=n) for n in (29, 60, 90))
    found = slots.free([Slot(near, 1), Slot(full, 1), Slot(open_, 2)], {full: 1, open_: 1}, at)
    assert [(one.starts_at, one.left) for one in found] == [(open_, 1)]
