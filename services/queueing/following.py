"""What of waiting rooms follows other changes: one person in two rows, and a closed office."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from kernel.clock import now
from services.queueing import appointments
from services.queueing.models import Appointment, QueueLine, Screen, Ticket, Window
from services.residents import merging
from tenants.office import decrees
from tenants.office.decrees import Closing


def not_waiting(rows: QuerySet[Any], kept: int) -> QuerySet[Any]:
    """Tickets of lines in which the kept person has none for that day."""
    mine = Ticket.objects.filter(person=kept, line=OuterRef("line"), day=OuterRef("day"))
    return rows.exclude(Exists(mine))


def not_booked(rows: QuerySet[Any], kept: int) -> QuerySet[Any]:
    """Appointments in lines in which the kept person has none to come."""
    booked = Appointment.State.BOOKED
    mine = Appointment.objects.filter(person=kept, line=OuterRef("line"), state=booked)
    return rows.exclude(Exists(mine))


def close_office(closing: Closing) -> None:
    """A closed office gives no numbers, and whoever has a time there is told."""
    at = now()
    for line in QueueLine.objects.filter(unit=closing.unit, closed_at=None):
        appointments.withdraw_line(line, "Kantor ini ditutup.", at=at)
    QueueLine.objects.filter(unit=closing.unit, closed_at=None).update(closed_at=at)
    Window.objects.filter(unit=closing.unit, closed_at=None).update(closed_at=at)
    Screen.objects.filter(unit=closing.unit, ended_at=None).update(ended_at=at)


def register() -> None:
    merging.follows.add("queueing.tickets", merging.Follow(Ticket, "person", may=not_waiting))
    follow = merging.Follow(Appointment, "person", may=not_booked)
    merging.follows.add("queueing.appointments", follow)
    decrees.closed.add("queueing", close_office)
