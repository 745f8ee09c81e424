"""No request is taken where nobody would work on it."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext

from kernel.errors import RuleBroken
from services.cases.rules import VILLAGE_LEVEL
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service
from services.catalogue.queries import is_off
from services.residents.models import Person
from tenants.office.queries import unit_at
from tenants.office.readiness import Desk, are_held


def desks_of(blueprint: Blueprint) -> list[Desk]:
    """The desks in the resident's kelurahan or desa that every request of this service passes."""
    return [
        (step.role, *step.deputies)
        for step in blueprint.desks()
        if step.level == VILLAGE_LEVEL and not step.optional and not step.when
    ]


def is_staffed(blueprint: Blueprint, village: str, *, today: date) -> bool:
    """Whether somebody works at each of these desks in the village with this code."""
    desks = desks_of(blueprint)
    return not desks or are_held(desks, village, today)


def require_staffed(blueprint: Blueprint, village: str, *, today: date) -> None:
    """Raises RuleBroken with the way to the office."""
    if not is_staffed(blueprint, village, today=today):
        raise RuleBroken(come_in_person(village))


def refuse_closed(
    service: Service, person: Person, *, today: date, off: Collection[str] | None = None
) -> None:
    """Raises RuleBroken for a service that is not open where this resident lives: switched off
    there, or without anybody who would work on it. ``off``: which are switched off there, for who
    asks of many."""
    assert service.current is not None
    village = village_of(person)
    if service.slug in (is_off(village, service.slug) if off is None else off):
        raise RuleBroken(
            "Layanan ini belum dibuka di wilayah tempat tinggal Anda. Datanglah ke kantornya."
        )
    require_staffed(service.current.blueprint, village, today=today)


def village_of(person: Person) -> str:
    """The code of the kelurahan or desa a resident lives in."""
    return person.household.rt.code.partition("/")[0]


def come_in_person(village: str) -> str:
    """That this village takes no requests here yet, and where its office is."""
    unit = unit_at(village)
    if unit is None:
        return gettext(
            "Wilayah tempat tinggal Anda belum melayani di sini. Datanglah ke kantornya."
        )
    words = {"village": unit.name, "address": unit.address, "phone": unit.phone}
    if unit.address and unit.phone:
        return (
            gettext(
                "%(village)s belum melayani di sini. Datanglah ke kantornya: %(address)s, "
                "telepon %(phone)s."
            )
            % words
        )
    if unit.address:
        return (
            gettext("%(village)s belum melayani di sini. Datanglah ke kantornya: %(address)s.")
            % words
        )
    return gettext("%(village)s belum melayani di sini. Datanglah ke kantornya.") % words
