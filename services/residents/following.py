"""What follows for residents' addresses when units are closed or get new codes."""

from django.db import connection

from services.residents.models import Household, Person
from tenants.office.decrees import Closing
from tenants.office.models import Unit


def move_households(closing: Closing) -> None:
    """Whoever lived in the closed unit itself lives in its successor."""
    if closing.successor is not None:
        moving = Person.objects.filter(household__rt=closing.unit)
        moving.update(place=closing.successor.code)
        Household.objects.filter(rt=closing.unit).update(rt=closing.successor)


def rename_places(new_codes: dict[str, str]) -> None:
    """People of renamed units are found under the new codes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE residents_person p SET place = n.new"
            " FROM unnest(%s::text[], %s::text[]) AS n(old, new) WHERE p.place = n.old",
            [list(new_codes), list(new_codes.values())],
        )


def people_live_there(unit: Unit) -> str:
    """Why a unit cannot be closed without a successor, or ""."""
    found = Household.objects.filter(rt=unit).exists()
    return "Masih ada penduduk yang tercatat di sini." if found else ""
