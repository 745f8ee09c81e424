"""The mall: everything that can be asked for, by office; guided links and appointments."""

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from services.catalogue import queries as catalogue
from services.catalogue.desks import Places
from services.catalogue.models import Service
from services.mall import queries as mall
from services.mall.queries import Shown
from services.residents.models import Person
from services.residents.queries import person_of
from services.web.language import chosen
from ui.page import Audience, page


def listed(language: str, person: Person | None) -> list[Service | Shown]:
    """All that somebody may ask for here, by title: services and tiles of the mall. Two queries,
    one more where an appointment is for residents of a kecamatan or kelurahan alone."""
    both: list[Service | Shown] = [*catalogue.offered(language), *mall.offered(language, person)]
    return sorted(both, key=lambda one: one.title)


@dataclass(slots=True)
class Agency:
    """An office, or offices of one kind, and what is asked for there."""

    name: str
    services: list[Service | Shown] = field(default_factory=list)


def _name(one: Service | Shown, dinas: dict[str, str], places: Places) -> tuple[int, str]:
    """Where it stands: the offices near the resident first, those of others last."""
    if isinstance(one, Shown):
        name = mall.agency_of(one, dinas)
        return (3, name) if name else (4, gettext("Instansi pusat dan lainnya"))
    level, _, slug = str(one.card.get("agency", "")).partition("/")
    if level == "dinas":
        return 3, dinas.get(slug, gettext("Dinas"))
    if level == "kota":
        return 3, gettext("Pemerintah kota atau kabupaten")
    if level == "kecamatan":
        return 2, places.district.word
    if level == "kelurahan":
        return 1, places.village.word
    return 0, "RT, RW"


@page(Audience.ANYONE, support="look")
@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    """By office, and in it as lists of a group stand."""
    person = person_of(request.user)
    dinas, places = mall.dinas_names(), catalogue.places_here()
    found: dict[tuple[int, str], Agency] = {}
    for one in listed(chosen(request), person):
        key = _name(one, dinas, places)
        found.setdefault(key, Agency(key[1])).services.append(one)
    context = {"agencies": [found[key] for key in sorted(found)]}
    return render(request, "portal/mall/agencies.html", context)


@page(Audience.ANYONE, support="look")
@require_safe
def tile(request: HttpRequest, slug: str) -> HttpResponse:
    """One tile: what it is for, whose it is, what to prepare, the steps, and the way there."""
    language, person = chosen(request), person_of(request.user)
    found = mall.open_one(slug, language, person)
    first = [one for one in catalogue.offered(language) if one.slug in found.spec.before]
    context = {"tile": found, "first": first, "agency": mall.agency_of(found, mall.dinas_names())}
    return render(request, "portal/mall/tile.html", context)
