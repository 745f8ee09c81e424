"""Service standards of one service at each office that gives it."""

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kernel.clock import now
from kernel.errors import NotThere
from services.catalogue import queries as catalogue
from services.catalogue import standards
from services.catalogue.blueprint import Blueprint
from services.catalogue.desks import spoken
from services.catalogue.models import Service
from services.catalogue.rules import with_initials
from services.residents.models import Person
from services.web.access import today
from services.web.files import send
from services.web.language import chosen, marked
from services.web.standard_pdf import as_pdf
from services.web.unit_standard import Standard, standards_at
from tenants.office.models import Unit
from tenants.office.queries import initials as switched_on_here
from tenants.office.queries import lineage
from ui.page import Audience, page


@dataclass(slots=True)
class Office:
    """A kecamatan or dinas, whether it gives the service itself, and the villages below that do."""

    unit: Unit
    gives: bool
    villages: list[Unit] = field(default_factory=list)


def offices_of(blueprint: Blueprint, person: Person | None) -> list[Unit]:
    """The offices of a service around somebody's home, and its dinas; none for a visitor. Two
    queries."""
    if person is None:
        return []
    dinas = {slug for _, slug in standards.places_of(blueprint) if slug}
    found = [*lineage(person.place)]
    if dinas:
        found += Unit.objects.filter(kind=Unit.Kind.DINAS, is_active=True).order_by("code")
    return [unit for unit in found if standards.gives(blueprint, unit)]


def _said(request: HttpRequest, slug: str) -> tuple[Service, Blueprint]:
    """A service, and its definition in the language of whoever reads."""
    entry = catalogue.service(slug)
    assert entry.current is not None
    shown = with_initials(entry.current.read_in(chosen(request)), switched_on_here())
    return entry, spoken(shown, catalogue.places_here())


@page(Audience.ANYONE, support="look")
@require_safe
def offices(request: HttpRequest, slug: str) -> HttpResponse:
    """The offices that give a service."""
    entry, shown = _said(request, slug)
    found: dict[str, Office] = {}
    for unit in Unit.objects.filter(kind__in=standards.OFFICES, is_active=True).order_by("code"):
        gives = standards.gives(shown, unit)
        if unit.kind in (Unit.Kind.KELURAHAN, Unit.Kind.DESA):
            if gives and unit.code.rpartition(".")[0] in found:
                found[unit.code.rpartition(".")[0]].villages.append(unit)
        elif gives or unit.kind == Unit.Kind.KECAMATAN:
            found[unit.code] = Office(unit, gives)
    shown_offices = [one for one in found.values() if one.gives or one.villages]
    context = {"service": entry, "blueprint": shown, "offices": shown_offices}
    context["lang"] = marked(shown, chosen(request))
    return render(request, "portal/standard_offices.html", context)


def _found(request: HttpRequest, slug: str, unit: int) -> tuple[Standard, Blueprint]:
    entry, shown = _said(request, slug)
    office = Unit.objects.filter(pk=unit).first()
    if office is None or not standards.gives(shown, office):
        raise NotThere("Kantor ini tidak memberi layanan itu.")
    return standards_at(office, [(entry, shown)], today())[0], shown


@page(Audience.ANYONE, support="look")
@require_safe
def standard(request: HttpRequest, slug: str, unit: int) -> HttpResponse:
    """The items that somebody filled in."""
    found, shown = _found(request, slug, unit)
    context = {"standard": found, "blueprint": shown, "lang": marked(shown, chosen(request))}
    return render(request, "portal/standard.html", context)


@page(Audience.ANYONE, support="look")
@require_safe
def printed(request: HttpRequest, slug: str, unit: int) -> HttpResponse:
    """The same as PDF."""
    found, shown = _found(request, slug, unit)
    made = as_pdf(found, title=shown.title, at=now())
    name = f"standar-{slug}-{unit}.pdf"
    return send(made, media_type="application/pdf", name=name, download=False)
