"""Appointments: booked, moved and given up by residents, kept or taken back by the office."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext, gettext_noop

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from services.queueing import access, slots, tickets
from services.queueing.events import AppointmentWithdrawn
from services.queueing.models import Appointment, DayWithout, QueueLine, SlotRule, Ticket
from services.queueing.slots import Every, Free, Slot
from services.residents import family
from services.residents.models import Person
from tenants.office import queries as office
from tenants.office.models import Post
from tenants.registry.current import city

State = Appointment.State
COUNTED = (State.BOOKED, State.ARRIVED, State.MISSED)
FULL = gettext_noop("Jam ini baru saja penuh. Pilih jam lain.")
NOT_THERE = gettext_noop("Janji ini tidak ditemukan.")


# --- which times there are ------------------------------------------------------------------------


def _rules(line: QueueLine) -> list[Every]:
    rows = SlotRule.objects.filter(line=line)
    return [Every(*row) for row in rows.values_list(
        "weekday", "opens", "closes", "minutes", "capacity")]  # fmt: skip


def _slots(line: QueueLine, days: Iterable[date]) -> dict[date, list[Slot]]:
    """The times of a line by day. Three queries."""
    rules, calendar = _rules(line), office.calendar(unit=line.unit_id)
    without = set(DayWithout.objects.filter(line=line).values_list("day", flat=True))
    return {
        day: [] if day in without else slots.slots_on(day, rules, calendar, city().tz)
        for day in days
    }


def free_of(line: QueueLine, days: Sequence[date], at: datetime) -> dict[date, list[Free]]:
    """The times of a line that may be booked, by day; days without any are left out."""
    found = _slots(line, days)
    taken = _taken(line, found)
    offered = {day: slots.free(those, taken, at) for day, those in found.items()}
    return {day: those for day, those in offered.items() if those}


def _taken(line: QueueLine, found: dict[date, list[Slot]]) -> dict[datetime, int]:
    moments = [slot.starts_at for those in found.values() for slot in those]
    if not moments:
        return {}
    rows = Appointment.objects.filter(
        line=line, state__in=COUNTED, starts_at__gte=moments[0], starts_at__lte=moments[-1]
    )
    counted = rows.order_by().values_list("starts_at").annotate(n=Count("pk"))
    return {moment.astimezone(city().tz): n for moment, n in counted}


def takes_appointments(lines: Sequence[QueueLine]) -> set[int]:
    """Those of these lines that have times, by id. One query."""
    found = SlotRule.objects.filter(line__in=lines).order_by().values_list("line", flat=True)
    return set(found.distinct())


# --- residents ------------------------------------------------------------------------------------


def may_book_for(person: Person, today: date) -> list[Person]:
    """Whom somebody books for: themselves, and those they may act for."""
    return [person, *family.may_act_for(person, today=today)]


@transaction.atomic
def book(
    *, line_id: int, starts_at: datetime, person: Person, by: User, at: datetime
) -> Appointment:
    """A place at this time. Whoever books at the same moment waits; the same time twice is the same
    appointment. Raises NotThere, RuleBroken where it is full or the person has one already."""
    line = tickets.locked_line(line_id)
    known = Appointment.objects.filter(line=line, person=person, state=State.BOOKED).first()
    if known is not None and known.starts_at == starts_at:
        return known
    if known is not None:
        raise RuleBroken(
            gettext("Sudah ada janji di antrean ini. Pindahkan janji itu, atau batalkan dulu.")
        )
    made = Appointment.objects.create(
        line=line, starts_at=starts_at, place=_place(line, starts_at, at), person=person,
        booked_by=by, booked_at=at,
    )  # fmt: skip
    audit.record("appointment.booked", actor=by, subject="appointment", subject_id=made.pk)
    return made


def _place(line: QueueLine, starts_at: datetime, at: datetime) -> int:
    """A free place at this time. Call with the line locked. Raises RuleBroken."""
    day = starts_at.astimezone(city().tz).date()
    room = next((s.capacity for s in _slots(line, [day])[day] if s.starts_at == starts_at), 0)
    today = at.astimezone(city().tz).date()
    if not room or not slots.is_offered(starts_at, at) or day > slots.days_ahead(today)[-1]:
        raise RuleBroken(gettext("Jam ini tidak tersedia. Pilih jam lain."), field="starts_at")
    taken = Appointment.objects.filter(line=line, starts_at=starts_at, state__in=COUNTED)
    place = slots.first_free(room, taken.values_list("place", flat=True))
    if place is None:
        raise RuleBroken(gettext(FULL), field="starts_at")
    return place


@transaction.atomic
def move(
    *, appointment_id: int, starts_at: datetime, people: Sequence[Person], by: User, at: datetime
) -> Appointment:
    """Another time in the same line. Raises NotThere, Stale, RuleBroken."""
    found = _own(appointment_id, people)
    line = tickets.locked_line(found.line_id)
    found = _own(appointment_id, people, lock=True)
    _refuse_ended(found)
    if found.starts_at == starts_at:
        return found
    found.place, found.starts_at = _place(line, starts_at, at), starts_at
    found.reminded_at = None
    found.save(update_fields=["place", "starts_at", "reminded_at"])
    audit.record("appointment.moved", actor=by, subject="appointment", subject_id=found.pk)
    return found


@transaction.atomic
def cancel(*, appointment_id: int, people: Sequence[Person], by: User, at: datetime) -> Appointment:
    """Give the place up. Raises NotThere, Stale."""
    found = _own(appointment_id, people, lock=True)
    _refuse_ended(found)
    found.state, found.ended_at = State.CANCELLED, at
    found.save(update_fields=["state", "ended_at"])
    audit.record("appointment.cancelled", actor=by, subject="appointment", subject_id=found.pk)
    return found


def _refuse_ended(found: Appointment) -> None:
    if found.state != State.BOOKED:
        raise Stale(gettext("Janji ini sudah tidak berlaku, jadi tidak ada yang berubah."))


def own(appointment_id: int, people: Sequence[Person]) -> Appointment:
    """One of these people's. Raises NotThere."""
    return _own(appointment_id, people)


def _own(appointment_id: int, people: Sequence[Person], *, lock: bool = False) -> Appointment:
    rows = Appointment.objects.select_related("line__unit", "person", "ticket__line")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=appointment_id, person__in=people).first()
    if found is None:
        raise NotThere(gettext(NOT_THERE))
    return found


def to_come(people: Sequence[Person], since: datetime) -> QuerySet[Appointment]:
    """What these people are promised from a moment on."""
    found = Appointment.objects.filter(person__in=people, state=State.BOOKED)
    return found.filter(starts_at__gte=since).select_related("line__unit", "person")


def promised_at(person: Person, unit_id: int, day: date) -> QuerySet[Appointment]:
    """What somebody is promised today at one office."""
    return of_day([unit_id], day).filter(person=person, state=State.BOOKED)


# --- the office -----------------------------------------------------------------------------------


def of_day(unit_ids: Iterable[int], day: date) -> QuerySet[Appointment]:
    """The appointments of these offices on a day, in their order."""
    begin = datetime(day.year, day.month, day.day, tzinfo=city().tz)
    found = Appointment.objects.filter(
        line__unit__in=unit_ids, starts_at__gte=begin, starts_at__lt=begin + timedelta(days=1)
    ).exclude(state__in=(State.CANCELLED, State.WITHDRAWN))
    return found.select_related("line__unit", "person", "ticket__line").order_by("starts_at", "pk")


@transaction.atomic
def arrive(
    *, appointment_id: int, by: User, at: datetime, today: date, posts: Sequence[Post] = (),
    person: Person | None = None, unit_id: int | None = None,
) -> Ticket:  # fmt: skip
    """Whoever is promised a time today is there: at the counter of the office, or as ``person`` at
    its kiosk. They get a number that is called at their time. Twice gives the same. Raises
    NotThere, Stale, RuleBroken."""
    rows = Appointment.objects.select_related("line__unit", "person", "ticket__line")
    if person is None:
        units = [unit.pk for unit in access.serving(posts)]
        rows = rows.filter(pk=appointment_id, line__unit__in=units)
    else:
        rows = rows.filter(pk=appointment_id, person=person, line__unit=unit_id)
    found = rows.first()
    if found is not None and found.ticket is None:
        tickets.locked_line(found.line_id)  # the line before its appointments, as everywhere
        found = rows.select_for_update(of=("self",)).first()
    if found is None:
        raise NotThere(NOT_THERE)
    if found.ticket is not None:
        return found.ticket
    _refuse_ended(found)
    if found.starts_at.astimezone(city().tz).date() != today:
        raise RuleBroken("Janji ini bukan untuk hari ini.")
    ticket = tickets.take(
        line_id=found.line_id, via=Ticket.Via.APPOINTMENT, by=by, at=at, today=today,
        person=found.person, slot_at=found.starts_at,
    )  # fmt: skip
    if ticket.slot_at is None and ticket.state == Ticket.State.WAITING:  # they held a number
        ticket.slot_at = found.starts_at
        ticket.save(update_fields=["slot_at"])
    found.state, found.ticket, found.ended_at = State.ARRIVED, ticket, at
    found.save(update_fields=["state", "ticket", "ended_at"])
    audit.record("appointment.arrived", actor=by, subject="appointment", subject_id=found.pk)
    return ticket


def withdraw_on(line: QueueLine, day: date, reason: str, *, by: User | None, at: datetime) -> int:
    """The office is closed on a day after all: whoever had a time there is told; how many. Call
    inside a transaction."""
    rows = of_day([line.unit_id], day).filter(line=line)
    return _withdraw(rows, reason, by=by, at=at)


def withdraw_line(line: QueueLine, reason: str, *, at: datetime) -> int:
    """The line is used no more. Call inside a transaction."""
    rows = Appointment.objects.filter(line=line, starts_at__gte=at)
    return _withdraw(rows, reason, by=None, at=at)


def _withdraw(rows: QuerySet[Appointment], reason: str, *, by: User | None, at: datetime) -> int:
    found = list(rows.filter(state=State.BOOKED).select_for_update(of=("self",)))
    for one in found:
        one.state, one.ended_at, one.reason = State.WITHDRAWN, at, reason[:100]
        one.save(update_fields=["state", "ended_at", "reason"])
        audit.record("appointment.withdrawn", actor=by, subject="appointment", subject_id=one.pk)
        publish(AppointmentWithdrawn(one.pk))
    return len(found)
