"""What an admin is typing, as residents and the letter's readers would see it. Saves nothing."""

import base64
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.applications import preview as letters
from services.applications.forms import AnswersForm
from services.catalogue import actions, editor_inputs, overrides, samples
from services.catalogue.blueprint import Blueprint, DocumentSpec
from services.catalogue.desks import spoken
from services.catalogue.overrides import Definition
from services.catalogue.paging import pages
from services.catalogue.queries import places_here
from services.catalogue.results import ResultSpec
from services.catalogue.tariff import charges, total
from services.letters.pictures import pages_as_png
from services.letters.render import RenderFailed
from services.questions.conditions import Answer
from services.questions.kind import FieldSpec, kind_of
from services.setup import editing
from services.setup.part_views import part_form, with_typed
from services.setup.service_page import Bench, bench_of
from services.web.access import today
from ui.page import Audience, page

MOST_LETTERS = 3


@page(Audience.ADMIN)
@require_POST
def preview(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """The form's page and the letters with the unsaved values of one part.

    While something typed cannot be read, the last picture stays and a line says why.
    """
    bench = bench_of(slug)
    part = request.GET.get("part", "")
    item = _item(bench, part, request.GET.get("key", ""), request.GET.get("kind", ""))
    is_new = part in editor_inputs.PARTS and not item["key"]
    form = part_form(bench, part, item, request.POST)
    if not form.is_valid():
        return _waits(request, str(next(iter(form.errors.values()))[0]))
    new, definition = with_typed(bench, part, form, is_new=is_new)
    try:
        blueprint = actions.parse(definition)
        context = _shown(blueprint, part, str(new.get("key", "")))
    except RuleBroken as broken:
        return _waits(request, broken.message)
    except RenderFailed:
        return _waits(request, "Suratnya belum bisa digambar.")
    return render(request, "setup/service/preview.html", context)


def _item(bench: Bench, part: str, key: str, kind: str) -> Definition:
    if part in ("main", "standard"):
        return bench.definition
    if part == "tariff":
        return bench.definition.get("tariff") or editing.blank(part, bench.definition)
    if part not in editor_inputs.PARTS:
        raise NotThere("Bagian ini tidak ada.")
    if not key:
        if part == "fields" and kind not in dict(editor_inputs.types()):
            kind = "text"
        return editing.blank(part, bench.definition, kind)
    item = overrides.item_of(bench.definition, part, key)
    if item is None:
        raise NotThere("Bagian ini sudah tidak ada. Mungkin baru dihapus.")
    if part == "fields" and kind in dict(editor_inputs.types()):
        item, _ = editing.retyped(item, kind)
    return item


def _waits(request: HttpRequest, why: str) -> HttpResponse:
    answer = render(request, "setup/service/preview_waits.html", {"why": why})
    return reswap(retarget(answer, "#pratinjau-kabar"), "innerHTML")


def _shown(blueprint: Blueprint, part: str, key: str) -> dict[str, Any]:
    """Whatever of the service this part shows up in."""
    asked: Mapping[str, Answer] = {}
    form = None
    if part in ("fields", "documents"):
        things: list[FieldSpec | DocumentSpec] = [*blueprint.fields, *blueprint.documents]
        asked = samples.meeting(next(thing for thing in things if thing.key == key).show_when)
        form = _form(blueprint, key, asked)
    if part == "tariff":
        return {"part": part, "blueprint": blueprint, "example": _example(blueprint)}
    if part == "results":
        return {"part": part, "blueprint": blueprint, "results": _results(blueprint)}
    outputs = [o for o in blueprint.outputs if part != "outputs" or o.key == key]
    drawn = [
        (
            output.subject,
            [
                f"data:image/png;base64,{base64.b64encode(page).decode()}"
                for page in pages_as_png(letters.letter(blueprint, output, at=now(), given=asked))
            ],
        )
        for output in outputs[:MOST_LETTERS]
    ]
    shown = spoken(blueprint, places_here())
    return {"part": part, "blueprint": shown, "form": form, "letters": drawn}


def _results(blueprint: Blueprint) -> list[tuple[ResultSpec, str, list[str]]]:
    """Every result, the desk that notes it, and how it may reach its holder."""
    ways = dict(editor_inputs.RESULT_WAYS)
    return [
        (one, blueprint.desk(one.step).title, [ways[way] for way in one.ways])
        for one in spoken(blueprint, places_here()).results
    ]


def _example(blueprint: Blueprint) -> dict[str, Any]:
    """What a sample request would pay, and by which of its answers."""
    assert blueprint.tariff is not None
    given = samples.answers(blueprint, today=today(), born_in=letters.town_name())
    asked = {row.per for row in blueprint.tariff.rows}
    asked |= {condition.field for row in blueprint.tariff.rows for condition in row.when}
    lines = charges(blueprint.tariff, given)
    return {
        "answers": [
            (spec.label, kind_of(spec).words(spec, given[spec.key]))
            for spec in blueprint.fields
            if spec.key in asked and given.get(spec.key) is not None
        ],
        "lines": lines,
        "total": total(lines),
    }


def _form(blueprint: Blueprint, key: str, asked: Mapping[str, Answer]) -> AnswersForm:
    """The page of the form that asks for ``key``."""
    house = samples.house(today(), letters.town_name())
    given = samples.answers(blueprint, today=house.today, born_in=letters.town_name(), **asked)
    dealt = pages(blueprint, given, house.applicant)
    page = next((keys for keys in dealt if key in keys), [key])
    form = AnswersForm(blueprint, house=house, typed={}, kept={}, only=page)
    form.auto_id = "pratinjau_%s"  # the inputs of the page around it have the usual names
    return form
