"""Appointments and queue numbers in a resident's copy of the own data."""

from django.db.models import Q

from services.applications.own_data import Part, Rows, iso, parts
from services.queueing.models import Appointment, Ticket
from services.residents.models import Person


def appointments(person: Person) -> Rows:
    found = Appointment.objects.filter(person=person).select_related("line__unit", "ticket__line")
    return [
        {
            "di": one.line.unit.name, "antrean": one.line.name, "kapan": iso(one.starts_at),
            "dibuat": iso(one.booked_at), "keadaan": one.get_state_display(),
            "alasan": one.reason, "nomor": one.ticket.code if one.ticket is not None else "",
        }
        for one in found
    ]  # fmt: skip


def tickets(person: Person) -> Rows:
    """Numbers they took, and those with which a case of theirs was opened."""
    theirs = Q(person=person) | Q(case__application__applicant=person)
    found = Ticket.objects.filter(theirs).select_related("line__unit", "case").order_by("pk")
    return [
        {
            "di": one.line.unit.name, "antrean": one.line.name, "hari": iso(one.day),
            "nomor": one.code, "diambil": one.get_via_display(), "kapan": iso(one.taken_at),
            "didahulukan": one.goes_first, "keadaan": one.get_state_display(),
            "dipanggil": iso(one.called_at), "selesai": iso(one.ended_at),
            "permohonan": one.case.number if one.case is not None else None,
        }
        for one in found
    ]  # fmt: skip


parts.add("janji", Part(appointments, ("queueing.Appointment.person",)))
parts.add("antrean", Part(tickets, ("queueing.Ticket.person", "queueing.Ticket.case")))
