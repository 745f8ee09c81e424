"""Reads of waiting rooms."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from kernel.errors import NotThere
from kernel.once import reading_once
from kernel.workdays import WorkCalendar
from services.queueing import rules
from services.queueing.models import QueueLine, Ticket, Window
from services.queueing.rules import Turn, Waiting
from services.residents.models import Person
from tenants.office import queries as office
from tenants.office.models import Unit
from tenants.registry.current import city

State = Ticket.State
HELD = (State.WAITING, State.CALLED, State.SERVING)
LAST_ON_SCREEN = 5
LOOKED_AT = 20  # tickets that were served today, for what somebody may expect
STALE_AFTER = timedelta(hours=12)
# Numbers of a day that count towards the most of a line: not those given up before they were
# called. Numbers themselves are never given twice.
USED = Count("pk", filter=~Q(state=State.CANCELLED, called_at=None))


def local(at: datetime) -> datetime:
    return at.astimezone(city().tz)


def calendars(unit_ids: Collection[int]) -> dict[int, WorkCalendar]:
    """The working days and hours of these offices. One query."""
    with reading_once():
        return {unit_id: office.calendar(unit=unit_id) for unit_id in unit_ids}


def lines_of(unit_ids: Collection[int]) -> QuerySet[QueueLine]:
    """The lines in use at these offices."""
    found = QueueLine.objects.filter(unit__in=unit_ids, closed_at=None, unit__is_active=True)
    return found.select_related("unit").order_by("unit__code", "prefix", "pk")


def windows_of(unit_ids: Collection[int]) -> QuerySet[Window]:
    found = Window.objects.filter(unit__in=unit_ids, closed_at=None)
    return found.select_related("unit").order_by("unit__code", "name", "pk")


def lines_of_window(window: Window) -> list[QueueLine]:
    """The lines that are called at a window: those it names and that are still used, else all."""
    lines = list(lines_of([window.unit_id]))
    named = [line for line in lines if line.pk in window.line_ids]
    return named or lines


def waiting(line_ids: Collection[int], day: date) -> list[Waiting]:
    """Those who wait in these lines."""
    found = Ticket.objects.filter(waits_in__in=line_ids, day=day, state=State.WAITING)
    rows = found.order_by("pk").values_list("pk", "waits_since", "goes_first", "slot_at")
    return [Waiting(*row) for row in rows]


def last_calls(line_ids: Collection[int], day: date) -> list[bool]:
    """Of the last calls in these lines, the newest first, whether they went first."""
    called = Ticket.objects.filter(waits_in__in=line_ids, day=day, called_at__isnull=False)
    rows = called.order_by("-called_at", "-pk").values_list("goes_first", "slot_at")
    last = rows[: rules.FIRST_IN_A_ROW]
    return [goes_first or slot_at is not None for goes_first, slot_at in last]


def held(person: Person, day: date) -> QuerySet[Ticket]:
    """The numbers that somebody holds and that have not been served."""
    found = Ticket.objects.filter(person=person, day=day, state__in=HELD)
    return found.select_related("line__unit", "waits_in", "window").order_by("pk")


def own(person: Person, ticket_id: int) -> Ticket:
    """A number of one's own. Raises NotThere."""
    rows = Ticket.objects.select_related("line__unit", "waits_in", "window")
    found = rows.filter(pk=ticket_id, person=person).first()
    if found is None:
        raise NotThere("Nomor antrean ini tidak ditemukan.")
    return found


def at_window(window: Window) -> Ticket | None:
    """Who stands at a window, or is called there."""
    found = Ticket.objects.filter(window=window, state__in=(State.CALLED, State.SERVING))
    return found.select_related("line", "waits_in", "person", "window").first()


def serving_of(user: User, day: date) -> Ticket | None:
    """Whose number this official serves now."""
    found = Ticket.objects.filter(by=user, day=day, state=State.SERVING)
    return found.select_related("line", "waits_in").order_by("-served_at").first()


@dataclass(frozen=True, slots=True)
class Row:
    """One line as a counter sees it."""

    line: QueueLine
    waiting: int
    done: int
    last: int  # the last number that was given
    left: int | None  # numbers left today; None without a limit
    hours: rules.Hours | None


def board(lines: Sequence[QueueLine], day: date) -> list[Row]:
    """How each line stands today. Two queries, and the calendar."""
    days = calendars({line.unit_id for line in lines})
    of_day = Ticket.objects.filter(day=day)
    waits = dict(
        of_day.filter(waits_in__in=lines, state=State.WAITING).order_by()
        .values_list("waits_in").annotate(n=Count("pk"))
    )  # fmt: skip
    given = {
        line: (last, used, done)
        for line, last, used, done in of_day.filter(line__in=lines).order_by().values_list("line")
        .annotate(last=Max("number"), used=USED, done=Count("pk", filter=Q(state=State.DONE)))
    }  # fmt: skip
    found = []
    for line in lines:
        last, used, done = given.get(line.pk, (0, 0, 0))
        left = None if line.capacity is None else max(0, line.capacity - used)
        hours = rules.hours_on(day, days[line.unit_id], line.opens, line.closes)
        found.append(Row(line, waits.get(line.pk, 0), done, last, left, hours))
    return found


@dataclass(frozen=True, slots=True)
class Times:
    """How long people of one line usually wait and are served today, in minutes."""

    waited: int | None
    served: int | None


def times(lines: Sequence[QueueLine], day: date) -> dict[int, Times]:
    """By line, of those who were served today. One query."""
    done = Ticket.objects.filter(line__in=lines, day=day, state=State.DONE)
    rows = done.order_by("pk").values_list(
        "line", "taken_at", "called_at", "served_at", "ended_at"
    )  # fmt: skip
    waits, serves = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for line, taken, called, served, ended in rows:
        if called is not None:
            waits[line].append(rules.waited(taken, called))
        if served is not None and ended is not None:
            serves[line].append(rules.waited(served, ended))
    return {
        line.pk: Times(rules.usual(waits[line.pk]), rules.usual(serves[line.pk])) for line in lines
    }


def in_turn(lines: Sequence[QueueLine], day: date, at: datetime, most: int) -> list[Ticket]:
    """The next tickets in the order in which they would be called."""
    ids = [line.pk for line in lines]
    order = rules.in_order(waiting(ids, day), last_calls(ids, day), at)[:most]
    rows = Ticket.objects.select_related("line", "waits_in").in_bulk([one.pk for one in order])
    return [rows[one.pk] for one in order if one.pk in rows]


def passed(unit_ids: Collection[int], day: date) -> QuerySet[Ticket]:
    """Numbers that were called in vain today, the newest first."""
    found = Ticket.objects.filter(line__unit__in=unit_ids, day=day, state=State.NO_SHOW)
    return found.select_related("line", "waits_in").order_by("-ended_at", "-pk")


# --- for whoever waits ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands in a line."""

    before: int
    minutes: int | None  # until they are called, as far as today tells
    now: list[Ticket]  # who was called last in that line


def place_of(ticket: Ticket, at: datetime) -> Place:
    """How many are called before this one."""
    line, day = ticket.waits_in_id, ticket.day
    before = _before(ticket, at) if ticket.state == State.WAITING else 0
    each = minutes_each(line, day)
    called = Ticket.objects.filter(waits_in=line, day=day, called_at__isnull=False)
    now = list(called.select_related("line", "window").order_by("-announced_at", "-pk")[:3])
    return Place(before, None if each is None else each * (before + 1), now)


def _before(ticket: Ticket, at: datetime) -> int:
    """How many of those who wait are called before this one. Two queries."""
    line, day = ticket.waits_in_id, ticket.day
    first = Q(goes_first=True) | Q(slot_at__lte=at)
    groups = {
        Turn.FIRST: first, Turn.OTHER: Q(goes_first=False, slot_at=None),
        Turn.EARLY: Q(goes_first=False, slot_at__gt=at),
    }  # fmt: skip
    one = Waiting(ticket.pk, ticket.waits_since, ticket.goes_first, ticket.slot_at)
    own, since = rules.turn(one, at), ticket.slot_at or ticket.waits_since
    sooner = Q(since__lt=since) | Q(since=since, pk__lt=one.pk)
    rows = Ticket.objects.filter(waits_in=line, day=day, state=State.WAITING)
    found = rows.annotate(since=Coalesce("slot_at", "waits_since")).aggregate(
        ahead=Count("pk", filter=groups[own] & sooner),
        **{group.value: Count("pk", filter=wanted) for group, wanted in groups.items()},
    )  # fmt: skip
    sizes = {group: int(found[group.value]) for group in groups}
    return rules.before(own, found["ahead"], sizes, last_calls([line], day))


def minutes_each(line_id: int, day: date) -> int | None:
    """How many minutes lie between two calls of a line today, usually. None after few calls."""
    called = Ticket.objects.filter(waits_in=line_id, day=day, called_at__isnull=False)
    rows = called.order_by("-called_at").values_list("called_at", flat=True)[:LOOKED_AT]
    moments = [moment for moment in rows if moment is not None]
    gaps = [rules.waited(earlier, later) for later, earlier in pairwise(moments)]
    return rules.usual(gaps) if len(gaps) >= 3 else None


def lines_for(person: Person) -> list[QueueLine]:
    """Lines of the offices around somebody's home, and of the city's own offices."""
    codes = [unit.code for unit in office.lineage(person.place)]
    around = Q(unit__code__in=codes) | Q(unit__kind=Unit.Kind.DINAS)
    found = QueueLine.objects.filter(around, closed_at=None, unit__is_active=True)
    return list(found.select_related("unit").order_by("-unit__code", "prefix", "pk"))


# --- for the screen of a waiting room -------------------------------------------------------------


def called_last(unit: Unit, day: date, most: int = LAST_ON_SCREEN) -> list[Ticket]:
    """Who was called last, the newest first: numbers and windows, no names."""
    called = Ticket.objects.filter(
        waits_in__unit=unit, day=day, announced_at__isnull=False, window__isnull=False
    ).exclude(state=State.WAITING)
    return list(called.select_related("line", "window").order_by("-announced_at", "-pk")[:most])


def version_of(unit: Unit, day: date) -> str:
    """Changes whenever the screen would show something else. One query."""
    of_day = Ticket.objects.filter(waits_in__unit=unit, day=day)
    seen = of_day.aggregate(
        called=Max("announced_at"), waiting=Count("pk", filter=Q(state=State.WAITING)),
        gone=Count("pk", filter=Q(announced_at__isnull=False) & ~Q(state=State.WAITING)),
    )  # fmt: skip
    called = seen["called"].timestamp() if seen["called"] else 0
    return f"{day:%Y%m%d}-{called}-{seen['waiting']}-{seen['gone']}"
