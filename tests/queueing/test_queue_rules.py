"""Whom to call next. Plain Python."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kernel.workdays import calendar_for
from services.queueing import rules
from services.queueing.rules import Waiting

NINE = datetime(2026, 11, 30, 1, tzinfo=UTC)


def minutes(number: int) -> datetime:
    return NINE + timedelta(minutes=number)


people = st.lists(
    st.builds(
        Waiting,
        pk=st.integers(1, 10_000),
        since=st.integers(-120, 0).map(minutes),
        goes_first=st.booleans(),
        slot_at=st.one_of(st.none(), st.integers(-60, 60).map(minutes)),
    ),
    max_size=25,
    unique_by=lambda one: one.pk,
)


@given(people, st.lists(st.booleans(), max_size=4))
def test_everybody_is_called_once_and_nobody_twice(
    waiting: list[Waiting], last: list[bool]
) -> None:
    order = rules.in_order(waiting, last, NINE)
    assert sorted(one.pk for one in order) == sorted(one.pk for one in waiting)


@given(people)
def test_at_most_two_in_a_row_come_before_somebody_who_waits_longer(waiting: list[Waiting]) -> None:
    order = rules.in_order(waiting, [], NINE)
    for place, one in enumerate(order):
        if rules.is_first(one, NINE) or one.slot_at is not None:
            continue
        run = 0
        while run < place and rules.is_first(order[place - 1 - run], NINE):
            run += 1
        assert run <= rules.FIRST_IN_A_ROW


@given(people)
def test_those_alike_are_called_by_how_long_they_wait(waiting: list[Waiting]) -> None:
    order = rules.in_order(waiting, [], NINE)
    others = [one for one in order if not one.goes_first and one.slot_at is None]
    assert others == sorted(others, key=lambda one: (one.since, one.pk))


@given(people, st.lists(st.booleans(), max_size=4))
def test_how_many_come_before_is_their_place_in_the_order(
    waiting: list[Waiting], last: list[bool]
) -> None:
    sizes = Counter(rules.turn(one, NINE) for one in waiting)
    met = Counter[rules.Turn]()
    for place, one in enumerate(rules.in_order(waiting, last, NINE)):
        own = rules.turn(one, NINE)
        assert rules.before(own, met[own], sizes, last) == place
        met[own] += 1


def test_times_outside_the_hours_of_an_office_are_named_by_their_day() -> None:
    hours = {0: (time(8), time(16)), 4: (time(8), time(11))}
    assert rules.outside([0, 4, 6], time(9), time(12), hours) == [4, 6]
    assert rules.outside([0], time(7, 45), time(9), hours) == [0]
    assert rules.outside([0, 4], time(8), time(11), hours) == []


def test_an_appointment_comes_first_when_its_time_has_come_and_last_before() -> None:
    walk_in = Waiting(1, minutes(-30))
    booked = Waiting(2, minutes(-5), slot_at=minutes(10))
    assert rules.next_of([walk_in, booked], [], NINE) == walk_in
    assert rules.next_of([walk_in, booked], [], minutes(10)) == booked
    assert rules.next_of([booked], [], NINE) == booked, "nobody else is there"
    assert rules.next_of([], [], NINE) is None


def test_a_line_gives_numbers_in_its_own_hours_on_working_days() -> None:
    calendar = calendar_for("Asia/Makassar")
    monday, sunday = datetime(2026, 11, 30).date(), datetime(2026, 11, 29).date()
    assert rules.hours_on(sunday, calendar, None, None) is None
    assert rules.hours_on(monday, calendar, None, None) == rules.Hours(time(8), time(16))
    own = rules.hours_on(monday, calendar, time(9), time(11))
    assert own == rules.Hours(time(9), time(11))
