"""The service standard of a service at one office: what it is today, from what is true there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from services.catalogue import standard, standards
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service
from services.catalogue.standard import Item
from services.queueing import appointments
from services.queueing import queries as queue
from tenants.office.models import Unit
from tenants.office.queries import current_holdings
from tenants.registry.current import city
from ui import brand


@dataclass(frozen=True, slots=True)
class Standard:
    """All 14 items of one service at one office."""

    service: Service
    unit: Unit
    items: list[Item]
    decree: str
    decree_on: date | None

    @property
    def filled(self) -> list[Item]:
        return [item for item in self.items if item.text]

    @property
    def missing(self) -> list[Item]:
        return [item for item in self.items if not item.text]


def known_of(unit: Unit, on: date) -> dict[str, str]:
    """What the application knows of an office. Three queries at most."""
    holders = current_holdings(on).filter(post__unit=unit, user__is_active=True)
    staff = holders.values("user").distinct().count()
    found = {"facilities": _facilities(unit), "complaints": _complaints(unit)}
    if staff:
        found["staff"] = gettext("%(number)s orang memegang jabatan di %(office)s") % {
            "number": staff, "office": unit.name
        }  # fmt: skip
    return found


def _facilities(unit: Unit) -> str:
    said = [gettext("Pengajuan daring di %(host)s.") % {"host": city().host}]
    if unit.address:
        said.append(gettext("Kantor di %(address)s.") % {"address": unit.address})
    lines = list(queue.lines_of([unit.pk]))
    if lines:
        names = ", ".join(line.name for line in lines)
        said.append(gettext("Ruang tunggu dengan nomor antrean: %(lines)s.") % {"lines": names})
        if appointments.takes_appointments(lines):
            said.append(gettext("Janji dibuat dari ponsel."))
    return " ".join(said)


def _complaints(unit: Unit) -> str:
    ways = [way for way in (unit.phone, unit.email) if way]
    contact = brand.current().contact
    if contact:
        ways.append(contact)
    if ways:
        return gettext("Melalui %(contact)s") % {"contact": ", ".join(ways)}
    if unit.address:
        return gettext("Di kantornya, %(address)s") % {"address": unit.address}
    return ""


def standards_at(
    unit: Unit, services: Iterable[tuple[Service, Blueprint]], on: date
) -> list[Standard]:
    """The standards of these services at an office. Five queries, however many services."""
    those = list(services)
    said = standards.said_at(unit, [service for service, _ in those])
    known = known_of(unit, on)
    return [
        Standard(
            service, unit, standard.items(blueprint, said[service.pk].texts, known),
            said[service.pk].decree, said[service.pk].decree_on,
        )
        for service, blueprint in those
    ]  # fmt: skip
