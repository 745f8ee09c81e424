"""Work that the clock brings: the end of a day, reminders, and forgetting who held a number."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from kernel.clock import now
from messaging.periodic import periodic
from services.queueing import appointments, notices
from services.queueing.models import Appointment, QueueLine, Screen, Ticket
from services.queueing.queries import calendars, local
from services.queueing.subscribers import tell_holders
from tenants.registry.current import city

HOUR = 8  # from which people are reminded
MOST = 500  # reminders in one round; the next hour brings the rest
KEPT_DAYS = 90  # for which it is known whose number it was
State = Ticket.State


@periodic("queueing.end_of_day", every=timedelta(hours=1))
def end_of_day(payload: dict[str, Any]) -> None:
    """Numbers of days before today end; old ones forget whose they were."""
    at = now()
    close_days_before(local(at).date(), at)
    note_missed(local(at).date(), at)
    forget_people(local(at).date())
    Screen.objects.filter(token_digest=None, code_until__lt=at - timedelta(days=1)).delete()


@transaction.atomic
def close_days_before(today: date, at: datetime) -> None:
    """Who still waited was not served; who stood at a window was."""
    before = Ticket.objects.filter(day__lt=today)
    waiting = before.filter(state__in=(State.WAITING, State.CALLED))
    waiting.update(state=State.LEFT, ended_at=at)
    before.filter(state=State.SERVING).update(
        state=State.DONE, ended_at=Coalesce(F("served_at"), at)
    )


def forget_people(today: date) -> None:
    """Whose number it was is not known for longer than it may be asked for."""
    old = Ticket.objects.filter(day__lt=today - timedelta(days=KEPT_DAYS), person__isnull=False)
    old.update(person=None)
    before = start_of(today - timedelta(days=KEPT_DAYS))
    ended = Appointment.objects.exclude(state=Appointment.State.BOOKED)
    ended.filter(starts_at__lt=before, person__isnull=False).update(person=None)


def start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=city().tz)


def note_missed(today: date, at: datetime) -> None:
    """Who did not come on the day they were promised."""
    booked = Appointment.objects.filter(state=Appointment.State.BOOKED)
    booked.filter(starts_at__lt=start_of(today)).update(state=Appointment.State.MISSED, ended_at=at)


@periodic("queueing.reminders", every=timedelta(hours=1))
def reminders(payload: dict[str, Any]) -> None:
    """Appointments on days on which the office is closed meanwhile are taken back; those of
    tomorrow are told."""
    if not city().is_read_only:
        withdraw_closed(at=now())
        remind(at=now())


@transaction.atomic
def withdraw_closed(*, at: datetime) -> int:
    """A holiday that was noted after somebody had booked; how many are told."""
    found = 0
    booked = Appointment.objects.filter(state=Appointment.State.BOOKED, starts_at__gt=at)
    rows = booked.values_list("line", "line__unit", "starts_at")
    days = {(line, unit, local(moment).date()) for line, unit, moment in rows}
    offices = calendars({unit for _, unit, _ in days})
    for line_id, unit_id, day in sorted(days):
        if not offices[unit_id].is_workday(day):
            line = QueueLine.objects.select_related("unit").get(pk=line_id)
            found += appointments.withdraw_on(
                line, day, "Kantor tutup pada hari itu.", by=None, at=at
            )
    return found


@transaction.atomic
def remind(*, at: datetime) -> int:
    """Tell of the appointments of tomorrow, once each, from the morning on; how many."""
    if local(at).hour < HOUR:
        return 0
    tomorrow = start_of(local(at).date() + timedelta(days=1))
    rows = Appointment.objects.select_for_update(of=("self",)).select_related(
        "line__unit", "booked_by"
    )
    due = rows.filter(
        state=Appointment.State.BOOKED, reminded_at=None, starts_at__gte=tomorrow,
        starts_at__lt=tomorrow + timedelta(days=1),
    )[:MOST]  # fmt: skip
    found = list(due)
    for one in found:
        tell_holders(one, notices.TOMORROW, "tomorrow")
        one.reminded_at = at
        one.save(update_fields=["reminded_at"])
    return len(found)
