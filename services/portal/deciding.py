"""Who decides a service where: the part of its page about the Camat."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from kernel.ids import row_id
from services.catalogue.blueprint import Blueprint
from services.catalogue.delegated_words import Powers, powers
from services.catalogue.models import Service
from services.residents.models import Person
from services.web.access import today
from tenants.office import queries as office
from tenants.office.models import Unit
from ui.forms import Form


class PlaceForm(Form):
    """In which kecamatan the object of a case lies."""

    kecamatan = forms.ChoiceField(label=gettext_lazy("Kecamatan"))

    def __init__(self, units: list[Unit], chosen: Unit | None) -> None:
        super().__init__(initial={"kecamatan": chosen.pk if chosen is not None else ""})
        choices: Any = self.fields["kecamatan"]
        first = [] if chosen is not None else [("", gettext_lazy("Pilih"))]
        choices.choices = [*first, *((unit.pk, unit.name) for unit in units)]


@dataclass(frozen=True, slots=True)
class Deciding:
    """What the page shows; ``powers`` only once a kecamatan is known."""

    kecamatan: Unit | None
    form: PlaceForm | None  # where another may be chosen
    powers: Powers | None
    beyond: str  # names of the dinas
    is_by_place: bool  # of the object, not of the applicant's home


def deciding(
    request: HttpRequest, service: Service, blueprint: Blueprint, person: Person | None
) -> Deciding | None:
    """None where nothing can be delegated. Three queries at most."""
    if blueprint.authority is None:
        return None
    found = Unit.objects.filter(kind=Unit.Kind.KECAMATAN, is_active=True).order_by("name", "pk")
    choices = list(found)
    chosen = row_id(request.GET.get("kecamatan", ""))
    unit = next((one for one in choices if one.pk == chosen), None)
    if unit is None and person is not None:
        around = {one.pk for one in office.lineage(person.place)}
        unit = next((one for one in choices if one.pk in around), None)
    told = powers(service, blueprint, unit.code, today()) if unit is not None else None
    names = _names(told.beyond) if told is not None else ""
    form = PlaceForm(choices, unit) if len(choices) > 1 or unit is None else None
    return Deciding(unit, form, told, names, bool(blueprint.located))


def _names(slugs: list[str]) -> str:
    dinas = Unit.objects.filter(kind=Unit.Kind.DINAS, is_active=True).order_by("pk")
    known = {code.partition("/")[2]: name for code, name in dinas.values_list("code", "name")}
    return ", ".join(known.get(slug, slug.upper()) for slug in slugs)
