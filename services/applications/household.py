"""What the register tells while a resident fills in a request."""

from datetime import date

from services.questions.kind import House
from services.residents.models import Person
from services.residents.queries import (
    area_names,
    facts_of,
    living_with,
    person_by_nik,
    person_facts,
)
from tenants.backend.scope import once_here


def house_of(person: Person, *, today: date, filed: date | None = None) -> House:
    """The resident's own household in full; anyone else only by NIK, and the caller compares
    the name, so that nobody reads the register by trying numbers. ``filed`` is the day the request
    was first sent."""
    return once_here(("house", person.pk, today, filed), lambda: _house(person, today, filed))


def _house(person: Person, today: date, filed: date | None) -> House:
    area = area_names(person.household.rt)
    members = living_with(person)

    def by_nik(nik: str) -> dict[str, str] | None:
        found = person_by_nik(nik)
        if found is None:
            return None
        return person_facts(found, area_names(found.household.rt), today)

    return House(
        today=today,
        members={str(m.pk): {**person_facts(m, area, today), "_id": str(m.pk)} for m in members},
        by_nik=by_nik,
        applicant=facts_of(person, today=today),
        filed=filed,
    )
