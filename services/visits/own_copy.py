"""Visits at home in a resident's copy of the own data."""

from services.applications.own_data import Part, Rows, iso, left_out, parts
from services.residents.models import Person
from services.visits.models import Stop, VisitWish


def wishes(person: Person) -> Rows:
    found = VisitWish.objects.filter(case__application__applicant=person).select_related("case")
    return [
        {"permohonan": one.case.number, "sebab": one.reason, "kapan": iso(one.said_at)}
        for one in found
    ]


def stops(person: Person) -> Rows:
    found = Stop.objects.filter(case__application__applicant=person)
    return [
        {
            "permohonan": one.case.number, "hari": iso(one.visit.day),
            "kantor": one.visit.unit.name, "keadaan": one.get_state_display(),
            "kapan": iso(one.visited_at), "perekaman": one.has_recorded, "catatan": one.note,
        }
        for one in found.select_related("case", "visit__unit")
    ]  # fmt: skip


parts.add("minta_didatangi", Part(wishes, ("visits.VisitWish.case",)))
parts.add("kunjungan", Part(stops, ("visits.Stop.case",)))
left_out.add("visits.VisitOfficer.user", "about the work of an official")
