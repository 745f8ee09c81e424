"""Who is called next, and when a line gives numbers. Plain Python."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from kernel.workdays import WorkCalendar

FIRST_IN_A_ROW = 2  # of those who go first, before one of the others is called


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that waits, as far as its turn depends on it."""

    pk: int
    since: datetime
    goes_first: bool = False
    slot_at: datetime | None = None


class Turn(StrEnum):
    """Those who wait are called by these groups."""

    FIRST = "first"  # cannot stand long, or has an appointment whose time has come
    OTHER = "other"
    EARLY = "early"  # has an appointment later


def turn(one: Waiting, at: datetime) -> Turn:
    """The group it is called with."""
    if one.goes_first or (one.slot_at is not None and one.slot_at <= at):
        return Turn.FIRST
    return Turn.OTHER if one.slot_at is None else Turn.EARLY


def is_first(one: Waiting, at: datetime) -> bool:
    """Whether it comes before the others."""
    return turn(one, at) is Turn.FIRST


def _groups(last: Sequence[bool]) -> tuple[Turn, ...]:
    """The groups in the order in which they are looked at, after the last calls."""
    row = last[:FIRST_IN_A_ROW]
    if len(row) == FIRST_IN_A_ROW and all(row):
        return Turn.OTHER, Turn.FIRST, Turn.EARLY
    return Turn.FIRST, Turn.OTHER, Turn.EARLY


def _turns(sizes: Mapping[Turn, int], last: Sequence[bool]) -> Iterator[Turn]:
    """Which group is called each time, until nobody waits."""
    left, row = dict(sizes), list(last[:FIRST_IN_A_ROW])
    for _ in range(sum(left.values())):
        group = next(group for group in _groups(row) if left.get(group))
        left[group] -= 1
        row = [group is Turn.FIRST, *row][:FIRST_IN_A_ROW]
        yield group


def next_of(waiting: Collection[Waiting], last: Sequence[bool], at: datetime) -> Waiting | None:
    """Whom to call. ``last`` says of the last calls, the newest first, whether they went first.

    Those who go first come before the others, longest wait first, but after two of them in a row
    one of the others is called: nobody waits for ever. An appointment waits for its time, unless
    nobody else is there.
    """
    for group in _groups(last):
        mine = [one for one in waiting if turn(one, at) is group]
        if mine:
            return min(mine, key=_key)
    return None


def _key(one: Waiting) -> tuple[datetime, int]:
    """What its turn is counted from: an appointment from its time."""
    return one.slot_at or one.since, one.pk


def in_order(waiting: Collection[Waiting], last: Sequence[bool], at: datetime) -> list[Waiting]:
    """Those who wait in the order in which they would be called now."""
    lists: dict[Turn, list[Waiting]] = {group: [] for group in Turn}
    for one in sorted(waiting, key=_key):
        lists[turn(one, at)].append(one)
    each = {group: iter(those) for group, those in lists.items()}
    sizes = {group: len(those) for group, those in lists.items()}
    return [next(each[group]) for group in _turns(sizes, last)]


def before(own: Turn, ahead: int, sizes: Mapping[Turn, int], last: Sequence[bool]) -> int:
    """How many are called before somebody of this group, of whom so many in it are ahead."""
    called = 0
    for place, group in enumerate(_turns(sizes, last)):
        if group is own:
            if called == ahead:
                return place
            called += 1
    return 0


@dataclass(frozen=True, slots=True)
class Hours:
    """When a line gives numbers on a day; ``None`` on a day when it gives none."""

    opens: time
    closes: time


def hours_on(
    day: date, calendar: WorkCalendar, opens: time | None, closes: time | None
) -> Hours | None:
    """When a line gives numbers on a day: in its own hours, or those of the offices."""
    if not calendar.is_workday(day):
        return None
    first, last = calendar.hours[day.weekday()]
    return Hours(opens or first, closes or last)


def outside(
    weekdays: Collection[int], opens: time, closes: time, hours: Mapping[int, tuple[time, time]]
) -> list[int]:
    """Those of these weekdays on which the time from ``opens`` to ``closes`` is not wholly within
    the hours of the office."""
    return [
        day for day in sorted(weekdays)
        if day not in hours or opens < hours[day][0] or closes > hours[day][1]
    ]  # fmt: skip


def waited(since: datetime, until: datetime) -> int:
    """Whole minutes between two moments."""
    return max(0, int((until - since) / timedelta(minutes=1)))


def usual(minutes: Sequence[int]) -> int | None:
    """The middle of some times: what somebody may expect. None without any."""
    ordered = sorted(minutes)
    return ordered[len(ordered) // 2] if ordered else None
