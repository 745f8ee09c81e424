"""The parts of a service as lists (questions, documents, steps, letters, results): added, moved,
removed."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from kernel.errors import NotThere, RuleBroken, Stale
from services.applications import requirements
from services.catalogue import editor_inputs
from services.catalogue.overrides import ORDER, Definition, things_of
from services.catalogue.steps import DESK, step_specs
from services.setup import editing
from services.setup.service_page import Bench, bench_of, edition_of, save
from services.web.access import today
from tenants.office.roles import role_of
from ui.page import Audience, page


@dataclass(frozen=True, slots=True)
class Listed:
    """One question, document, step, letter or result in its list."""

    key: str
    title: str
    about: str
    mark: str  # "", "shared", "changed", "added"
    first: bool
    last: bool


def _about(part: str, item: Definition, definition: Definition) -> str:
    if part == "fields":
        kind = dict(editor_inputs.types())[item["type"]]
        asked = "wajib" if item["required"] else "boleh kosong"
        return f"{kind} · {asked}" + (" · bersyarat" if item["show_when"] else "")
    if part == "documents":
        return "wajib" if item["required"] else "boleh kosong"
    if part == "steps" and item.get("kind", DESK) != DESK and "role" not in item:
        return step_specs[item["kind"]].label
    if part == "steps":
        kind = item.get("kind", DESK)
        what = "" if kind == DESK else f"{step_specs[kind].label} · "
        level, role = dict(editor_inputs.LEVELS)[item["level"]], role_of(item["role"]).title
        clock = item["clock"]
        unit = dict(editor_inputs.CLOCKS)[clock["unit"]].partition(" (")[0]
        return f"{what}{role} · {level} · {clock['amount']} {unit}" + (
            " · bersyarat" if item["when"] else ""
        )
    if part == "results":
        kind = dict(editor_inputs.RESULT_KINDS)[item["kind"]].partition(",")[0]
        desk = dict(editor_inputs.makers(definition))[item["step"]]
        ways = [dict(editor_inputs.RESULT_WAYS)[way] for way in item["ways"]]
        said = " · ".join([kind, f"dicatat di “{desk}”", *([", ".join(ways)] if ways else [])])
        return said + (" · bersyarat" if item["when"] else "")
    return str(item["subject"]) + (" · bersyarat" if item["when"] else "")


@page(Audience.ADMIN)
@require_safe
def items(request: HttpRequest, user: User, slug: str, part: str) -> HttpResponse:
    """All questions, documents, steps, letters or results, in order."""
    bench = bench_of(slug)
    found = things_of(bench.definition, part)
    shared = {item["key"]: item for item in things_of(bench.base or {}, part)}
    rows = []
    for number, item in enumerate(found):
        mark = ""
        if bench.base is not None:
            mark = "shared" if item["key"] in shared else "added"
            if mark == "shared" and editing.changed_at(bench.changes, f"{part}.{item['key']}"):
                mark = "changed"
        rows.append(
            Listed(
                item["key"],
                item.get("label") or item["title"],
                _about(part, item, bench.definition),
                mark,
                number == 0,
                number == len(found) - 1,
            )
        )
    have = {item["key"] for item in found}
    undo = request.session.get(UNDO) or {}
    since = today() - timedelta(days=90)
    effort = requirements.effort(bench.service, since=since) if part == "documents" else None
    undoable = (
        undo.get("slug") == slug
        and undo.get("part") == part
        and undo.get("edition") == bench.service.draft_edition
    )
    address, one = editor_inputs.PARTS[part]
    context = {
        **bench.context(part),
        "part": part,
        "one": one,
        "rows": rows,
        "effort": effort,
        "removed": [
            (f"{part}.{key}", item.get("label") or item["title"])
            for key, item in shared.items()
            if key not in have
        ],
        "moved": f"{part}.{ORDER}" in bench.changes and have == set(shared),
        "undo": undo["title"] if undoable else "",
        "edit_name": f"setup-{address}-edit",
        "add_url": reverse(f"setup-{address}-add", args=[slug]),
        "addable": editor_inputs.addable() if part == "steps" else (),
        "list_url": reverse(f"setup-{address}", args=[slug]),
    }
    return render(request, "setup/service/items.html", context)


@page(Audience.ADMIN)
@require_POST
def arrange(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """Move, remove, or give a place back to the shared template."""
    bench = bench_of(slug)
    part, key = request.POST.get("part", ""), request.POST.get("key", "")
    do, address = request.POST.get("do", ""), request.POST.get("address", "")
    if part not in editor_inputs.PARTS:
        raise NotThere("Bagian ini tidak ada.")
    if do in ("naik", "turun"):
        definition, said = editing.moved(bench.definition, part, key, do == "naik"), "Dipindahkan"
    elif do == "urut":
        keys = [key for key in request.POST.get("order", "").split(",") if key]
        try:
            definition, said = editing.ordered(bench.definition, part, keys), "Urutan tersimpan"
        except Stale as stale:
            messages.error(request, stale.message)
            return redirect(f"setup-{editor_inputs.PARTS[part][0]}", slug)
    elif do == "hapus":
        definition, said = editing.without(bench.definition, part, key), "Dihapus"
    elif do == "pulih":
        undo = request.session.get(UNDO) or {}
        if (undo.get("slug"), undo.get("part")) != (slug, part):
            raise NotThere("Tidak ada penghapusan yang bisa dibatalkan.")
        definition = editing.restored(bench.definition, part, undo["item"], undo["place"])
        said = "Penghapusan dibatalkan"
    elif do == "batal" and bench.base is not None:
        definition = editing.undone(bench.base, bench.definition, address)
        said = "Dikembalikan ke templat"
    else:
        raise NotThere("Perintah ini tidak dikenal.")
    try:
        save(bench, definition, edition_of(request), user)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        request.session.pop(UNDO, None)
        if do == "hapus":
            _remember(request, bench, part, key)
        messages.success(request, f"{said}. Warga baru melihatnya setelah diterbitkan.")
    return redirect(f"setup-{editor_inputs.PARTS[part][0]}", slug)


UNDO = "setup-undo"  # in the session: what was removed last, and the draft's edition after it


def _remember(request: HttpRequest, bench: Bench, part: str, key: str) -> None:
    """Keep a removed thing for as long as nothing else is changed."""
    for place, item in enumerate(things_of(bench.definition, part)):
        if item["key"] == key:
            request.session[UNDO] = {
                "slug": bench.service.slug,
                "part": part,
                "item": item,
                "place": place,
                "title": item.get("label") or item["title"],
                "edition": bench.service.draft_edition + 1,
            }
