"""Taking a number, and calling the next."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from services.cases.models import Case
from services.queueing import access, queries, rules
from services.queueing.models import QueueLine, Ticket, Window
from services.residents.models import Kiosk, Person
from tenants.office import queries as office
from tenants.office.models import Post

State, Via = Ticket.State, Ticket.Via
AGAIN = timedelta(seconds=5)  # between two numbers of one kiosk
MOST_CALLS = 9
MOST_BY_PHONE = 3  # numbers of one line that somebody takes in a day; given up or not


# --- taking a number ------------------------------------------------------------------------------


@transaction.atomic
def take(
    *, line_id: int, via: str, by: User | None, at: datetime, today: date,
    goes_first: bool = False, person: Person | None = None, slot_at: datetime | None = None,
) -> Ticket:  # fmt: skip
    """The next number of a line, without a gap: whoever takes one waits for the other. Who holds
    one already gets the same. Raises NotThere, RuleBroken where the line is closed or full, or
    somebody has taken and given up too many by phone."""
    line = locked_line(line_id)
    if person is not None:
        known = queries.held(person, today).filter(line=line).first()
        if known is not None:
            return known
    _refuse_closed(line, at, today, is_promised=via == Via.APPOINTMENT)
    of_day = Ticket.objects.filter(line=line, day=today)
    if via == Via.PHONE and person is not None:
        _refuse_again(line, of_day.filter(person=person, via=Via.PHONE).count())
    given = of_day.aggregate(last=Max("number"), used=queries.USED)
    last, used = given["last"] or 0, given["used"]
    # An appointment has its place: it was promised before the day began.
    if via != Via.APPOINTMENT and line.capacity is not None and used >= line.capacity:
        raise RuleBroken(
            gettext("Nomor antrean %(line)s untuk hari ini sudah habis. Datang besok, atau buat "
                    "janji.") % {"line": line.name}
        )  # fmt: skip
    made = Ticket.objects.create(
        line=line, waits_in=line, day=today, number=last + 1, via=via, goes_first=goes_first,
        person=person, slot_at=slot_at, taken_by=by, taken_at=at, waits_since=at,
    )  # fmt: skip
    audit.record("queue.taken", actor=by, subject="ticket", subject_id=made.pk, detail={"via": via})
    return made


@transaction.atomic
def take_at_kiosk(*, line_id: int, kiosk: Kiosk, at: datetime, today: date) -> Ticket:
    """A number from a kiosk of the same office; nobody says who they are. One at a time. Raises
    NotThere, RuleBroken."""
    line = locked_line(line_id)
    if line.unit_id != kiosk.unit_id:
        raise NotThere(NO_LINE)
    last = Ticket.objects.filter(taken_by=kiosk.user, day=today).select_related("line").last()
    if last is not None and at - last.taken_at < AGAIN:
        raise RuleBroken(f"Nomor {last.code} baru saja diambil. Tunggu sebentar, lalu tekan lagi.")
    return take(line_id=line_id, via=Via.KIOSK, by=kiosk.user, at=at, today=today)


NO_LINE = "Antrean ini tidak ditemukan, atau sudah ditutup."


def locked_line(line_id: int) -> QueueLine:
    """A line in use, locked: numbers and places are given one after the other. Raises NotThere."""
    rows = QueueLine.objects.select_for_update(of=("self",)).select_related("unit")
    line = rows.filter(pk=line_id, closed_at=None, unit__is_active=True).first()
    if line is None:
        raise NotThere(NO_LINE)
    return line


def _refuse_again(line: QueueLine, taken: int) -> None:
    """Nobody uses a day's numbers up by taking and giving them up."""
    if taken >= MOST_BY_PHONE:
        raise RuleBroken(
            gettext("Hari ini Anda sudah %(most)s kali mengambil nomor antrean %(line)s lewat "
                    "ponsel. Kalau masih perlu dilayani hari ini, datang ke kantor dan minta "
                    "nomor di loket.") % {"most": MOST_BY_PHONE, "line": line.name}
        )  # fmt: skip


def _refuse_closed(line: QueueLine, at: datetime, today: date, *, is_promised: bool) -> None:
    """Who was promised a time of this day is received whenever they come: the hours are those in
    which numbers are given to others."""
    calendar = office.calendar(unit=line.unit_id)
    hours = rules.hours_on(today, calendar, line.opens, line.closes)
    if hours is None:
        raise RuleBroken(gettext("Hari ini kantor tutup, jadi tidak ada nomor antrean."))
    if not is_promised and not hours.opens <= queries.local(at).time() < hours.closes:
        raise RuleBroken(
            gettext("Nomor antrean %(line)s diberikan pukul %(opens)s sampai %(closes)s.")
            % {"line": line.name, "opens": f"{hours.opens:%H.%M}",
               "closes": f"{hours.closes:%H.%M}"}
        )  # fmt: skip


# --- calling --------------------------------------------------------------------------------------


@transaction.atomic
def call_next(
    *, window_id: int, posts: Sequence[Post], by: User, at: datetime, today: date,
    line_id: int | None = None,
) -> Ticket | None:  # fmt: skip
    """Call whoever is next at this window, of one line or of all that are called there; None where
    nobody waits. Two officials never get the same one, and neither waits for the other. Raises
    NotThere, Stale while the window still has somebody."""
    window = _window(window_id, posts)
    if _at_window(window).exists():
        raise Stale("Selesaikan dulu nomor yang masih di loket ini.")
    lines = [line.pk for line in queries.lines_of_window(window)]
    if line_id is not None:
        lines = [pk for pk in lines if pk == line_id]
    tried: set[int] = set()
    while True:
        waiting = [one for one in queries.waiting(lines, today) if one.pk not in tried]
        chosen = rules.next_of(waiting, queries.last_calls(lines, today), at)
        if chosen is None:
            return None
        tried.add(chosen.pk)
        rows = Ticket.objects.select_for_update(skip_locked=True, of=("self",))
        ticket = rows.select_related("line").filter(pk=chosen.pk, state=State.WAITING).first()
        if ticket is not None:
            return _call(ticket, window, by, at)


def _call(ticket: Ticket, window: Window, by: User, at: datetime) -> Ticket:
    ticket.state, ticket.window, ticket.by = State.CALLED, window, by
    ticket.called_at = ticket.announced_at = at
    ticket.calls = 1
    ticket.save(
        update_fields=["state", "window", "by", "called_at", "announced_at", "calls"]
    )  # fmt: skip
    audit.record("queue.called", actor=by, subject="ticket", subject_id=ticket.pk)
    return ticket


@transaction.atomic
def call_one(
    *, ticket_id: int, window_id: int, posts: Sequence[Post], by: User, at: datetime
) -> Ticket:
    """Call a certain number, before its turn: somebody said why. Raises NotThere, Stale."""
    window = _window(window_id, posts)
    if _at_window(window).exists():
        raise Stale("Selesaikan dulu nomor yang masih di loket ini.")
    ticket = of_office(ticket_id, posts, lock=True)
    if ticket.state != State.WAITING or ticket.waits_in.unit_id != window.unit_id:
        raise Stale(_is_now(ticket))
    return _call(ticket, window, by, at)


@transaction.atomic
def recall(*, ticket_id: int, posts: Sequence[Post], by: User, at: datetime) -> Ticket:
    """Call the same number again. Raises NotThere, Stale."""
    ticket = _in_hand(ticket_id, posts, by, State.CALLED)
    ticket.announced_at, ticket.calls = at, min(ticket.calls + 1, MOST_CALLS)
    ticket.save(update_fields=["announced_at", "calls"])
    return ticket


@transaction.atomic
def serve(*, ticket_id: int, posts: Sequence[Post], by: User, at: datetime) -> Ticket:
    """Whoever was called stands at the window. Pressing twice changes nothing. Raises NotThere,
    Stale."""
    ticket = _in_hand(ticket_id, posts, by, State.CALLED, State.SERVING)
    if ticket.state == State.CALLED:
        ticket.state, ticket.served_at = State.SERVING, at
        ticket.save(update_fields=["state", "served_at"])
    return ticket


@transaction.atomic
def finish(*, ticket_id: int, posts: Sequence[Post], by: User, at: datetime) -> Ticket:
    """Whoever stood there has been served. Raises NotThere, Stale."""
    ticket = _in_hand(ticket_id, posts, by, State.CALLED, State.SERVING)
    return _done(ticket, by, at)


def _done(ticket: Ticket, by: User, at: datetime) -> Ticket:
    ticket.state, ticket.ended_at = State.DONE, at
    ticket.served_at = ticket.served_at or at
    ticket.save(update_fields=["state", "ended_at", "served_at", "case"])
    audit.record("queue.done", actor=by, subject="ticket", subject_id=ticket.pk)
    return ticket


def close_with_case(*, case: Case, by: User, at: datetime, today: date) -> Ticket | None:
    """The case was sent for whoever this official serves: their number ends with it. None where
    the official serves nobody. Call in the transaction that sends the case."""
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("line", "window")
    ticket = rows.filter(by=by, day=today, state=State.SERVING).order_by("-served_at").first()
    if ticket is None:
        return None
    ticket.case = case
    return _done(ticket, by, at)


@transaction.atomic
def no_show(*, ticket_id: int, posts: Sequence[Post], by: User, at: datetime) -> Ticket:
    """Nobody came when the number was called. Raises NotThere, Stale."""
    ticket = _in_hand(ticket_id, posts, by, State.CALLED)
    ticket.state, ticket.ended_at = State.NO_SHOW, at
    ticket.save(update_fields=["state", "ended_at"])
    audit.record("queue.no_show", actor=by, subject="ticket", subject_id=ticket.pk)
    return ticket


@transaction.atomic
def come_back(
    *, ticket_id: int, posts: Sequence[Post], by: User, at: datetime, today: date
) -> Ticket:
    """Somebody whose number was passed is there after all: they wait again, behind those who wait
    now, under the same number. Raises NotThere, Stale."""
    ticket = of_office(ticket_id, posts, lock=True)
    if ticket.state != State.NO_SHOW or ticket.day != today:
        raise Stale(_is_now(ticket))
    ticket.state, ticket.ended_at, ticket.waits_since = State.WAITING, None, at
    ticket.slot_at = None
    ticket.save(update_fields=["state", "ended_at", "waits_since", "slot_at"])
    return ticket


@transaction.atomic
def move(*, ticket_id: int, line_id: int, posts: Sequence[Post], by: User, at: datetime) -> Ticket:
    """Somebody stands in the wrong line: they wait in another of the office, with the same number
    and from when they came. Raises NotThere, Stale, RuleBroken."""
    line = locked_line(line_id)
    ticket = of_office(ticket_id, posts, lock=True)
    if ticket.state not in (State.WAITING, State.CALLED, State.SERVING):
        raise Stale(_is_now(ticket))
    if line.unit_id != ticket.waits_in.unit_id:
        raise RuleBroken("Pilih antrean lain di kantor yang sama.", field="line")
    ticket.waits_in, ticket.state = line, State.WAITING
    ticket.window, ticket.by, ticket.called_at, ticket.served_at = None, None, None, None
    ticket.save(
        update_fields=["waits_in", "state", "window", "by", "called_at", "served_at"]
    )  # fmt: skip
    audit.record(
        "queue.moved", actor=by, subject="ticket", subject_id=ticket.pk, detail={"line": line.pk}
    )
    return ticket


@transaction.atomic
def cancel(
    *, ticket_id: int, by: User, at: datetime, person: Person | None = None,
    posts: Sequence[Post] = (),
) -> Ticket:  # fmt: skip
    """Whoever holds a number, or the office, gives it up; the number stays used. Raises NotThere,
    Stale."""
    if person is None:
        ticket = of_office(ticket_id, posts, lock=True)
    else:
        rows = Ticket.objects.select_for_update(of=("self",)).select_related("line", "waits_in")
        found = rows.filter(pk=ticket_id, person=person).first()
        if found is None:
            raise NotThere(NO_TICKET)
        ticket = found
    if ticket.state != State.WAITING:
        raise Stale(_is_now(ticket))
    ticket.state, ticket.ended_at = State.CANCELLED, at
    ticket.save(update_fields=["state", "ended_at"])
    audit.record("queue.cancelled", actor=by, subject="ticket", subject_id=ticket.pk)
    return ticket


NO_TICKET = "Nomor antrean ini tidak ditemukan."


def of_office(ticket_id: int, posts: Iterable[Post], *, lock: bool = False) -> Ticket:
    """A ticket of an office where somebody sits at the counter. Raises NotThere."""
    units = [unit.pk for unit in access.serving(posts)]
    rows: QuerySet[Ticket] = Ticket.objects.select_related("line", "waits_in", "window")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=ticket_id, line__unit__in=units).first()
    if found is None:
        raise NotThere(NO_TICKET)
    return found


def _in_hand(ticket_id: int, posts: Sequence[Post], by: User, *states: str) -> Ticket:
    """A ticket that is at a window in one of these states, locked."""
    ticket = of_office(ticket_id, posts, lock=True)
    if ticket.state not in states:
        raise Stale(_is_now(ticket))
    return ticket


def _is_now(ticket: Ticket) -> str:
    return f"Nomor {ticket.code} sekarang: {State(ticket.state).label}. Tidak ada yang berubah."


def _window(window_id: int, posts: Sequence[Post]) -> Window:
    """A window of an office where somebody sits at the counter; officials at one window wait for
    each other."""
    units = [unit.pk for unit in access.serving(posts)]
    rows = Window.objects.select_for_update(of=("self",))
    window = rows.filter(pk=window_id, unit__in=units, closed_at=None).first()
    if window is None:
        raise NotThere("Loket ini tidak ditemukan di kantor Anda.")
    return window


def _at_window(window: Window) -> QuerySet[Ticket]:
    return Ticket.objects.filter(window=window, state__in=(State.CALLED, State.SERVING))
