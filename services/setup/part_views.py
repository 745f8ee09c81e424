"""Editing one service part by part."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from kernel.errors import NotThere, RuleBroken, Stale
from services.catalogue import actions, editor_inputs, explaining, overrides
from services.catalogue.overrides import Definition
from services.questions.editor import Choices
from services.questions.kind import kinds
from services.setup import editing
from services.setup.service_forms import PartForm
from services.setup.service_page import Bench, bench_of, edition_of, save
from tenants.office.models import Unit
from tenants.office.roles import every_role, own_roles
from ui.page import Audience, page


@dataclass(frozen=True, slots=True)
class Line:
    """One input with its heading and where its value comes from."""

    field: Any
    section: str
    mark: str  # "", "changed"
    undo: str  # address; empty for nothing to undo
    shared: str  # the shared value in words
    picture: str = ""  # the icon that is chosen; empty for another kind of input


def _lines(form: PartForm, bench: Bench, prefix: str, is_new: bool) -> list[Line]:
    lines = []
    marked: set[str] = set()
    shared = overrides.flatten(bench.base) if bench.base is not None else {}
    whole = {a.partition(".")[2] for a in shared if prefix and a.startswith(f"{prefix}.")}
    for slot in form.slots:
        address = f"{prefix}.{slot.place}" if prefix else slot.place
        mark = undo = shown = ""
        if bench.base is not None and not is_new and slot.place not in marked:
            marked.add(slot.place)
            if editing.changed_at(bench.changes, address):
                mark = "changed"
                if not prefix or whole:
                    undo = address
                    shown = explaining.value_words(
                        address, shared.get(address, None), bench.base, bench.definition
                    )
        picture = form[slot.name].value() if slot.kind == "icon" else ""
        lines.append(Line(form[slot.name], slot.section, mark, undo, shown[:160], picture or ""))
    return lines


def _dinas() -> Choices:
    found = Unit.objects.filter(kind=Unit.Kind.DINAS, is_active=True).order_by("name")
    return tuple((unit.code.partition("/")[2], unit.name) for unit in found)


def _roles() -> Choices:
    """Every role a step may be addressed to; a city's own with the level it stands at."""
    levels = dict(editor_inputs.LEVELS)
    own = {role.code: levels[role.levels[0]] for role in own_roles().values()}
    return tuple(
        (role.code, f"{role.title} ({own[role.code]})" if role.code in own else role.title)
        for role in every_role()
    )


def _placeholders(definition: Definition) -> list[tuple[str, str]]:
    """What a letter's text may use, with the words of the question behind it."""
    found = []
    for field in definition["fields"]:
        names = [f"{field['key']}.{fact}" for fact in ("nama", "nik", "ttl", "alamat", "pekerjaan")]
        for name in names if kinds[field["type"]].is_person else [field["key"]]:
            found.append((f"{{{name}}}", field["label"]))
    facts = (
        "nama nik ttl umur jenis_kelamin agama status_kawin pekerjaan alamat no_kk kepala_keluarga "
        "rt rw kelurahan kecamatan kota provinsi"
    )
    found += [(f"{{{name}}}", "data pemohon") for name in facts.split()]
    found += [
        (f"{{{name}}}", "data surat")
        for name in "unit penandatangan tanggal berlaku_sampai nomor_berkas".split()
    ]
    return found


@page(Audience.ADMIN)
def edit(
    request: HttpRequest, user: User, slug: str, part: str = "main", key: str = ""
) -> HttpResponse:
    """One part: the service itself, its standard, or one question, document, step, letter or
    result."""
    bench = bench_of(slug)
    item: Definition | None = bench.definition
    if part in editor_inputs.PARTS:
        item = overrides.item_of(bench.definition, part, key)
    elif part == "tariff":
        item = bench.definition.get("tariff") or editing.blank(part, bench.definition)
    if item is None:
        raise NotThere("Bagian ini sudah tidak ada. Mungkin baru dihapus.")
    kind = request.GET.get("kind", "")
    if part != "fields" or kind not in dict(editor_inputs.types()) or kind == item["type"]:
        return _edit(request, user, bench, part, item, is_new=False)
    changed, lost = editing.retyped(item, kind)
    problem = _retype_problem(bench, item, changed)
    if problem:
        messages.error(request, problem)
        return redirect(request.path)
    return _edit(request, user, bench, part, changed, is_new=False, was=item, lost=lost)


def _retype_problem(bench: Bench, old: Definition, new: Definition) -> str:
    """Why a question cannot be of another kind: what the rest of the service wants of it."""
    kind = dict(editor_inputs.types())[new["type"]]
    broken = editing.broken_conditions(bench.definition, old, new)
    if broken:
        where = ", ".join(explaining.place_words(place, bench.definition) for place in broken)
        return (
            f"Jenisnya tidak bisa diganti menjadi “{kind}”, karena jawabannya dibandingkan di: "
            f"{where}. Hapus atau ubah syarat itu dulu."
        )
    # What the new kind cannot be without, and nobody has typed yet.
    filler = [{"key": "isi", "label": "Isi"}]
    wanted: dict[str, tuple[str, Any]] = {
        "choice": ("options", filler), "table": ("columns", filler), "list": ("code_list", "hari"),
    }  # fmt: skip
    name, value = wanted.get(new["type"], ("key", new["key"]))
    trial = {**new, name: new[name] or value}
    try:
        actions.parse(editing.placed(bench.definition, "fields", new["key"], trial))
    except RuleBroken as broken_rule:
        return f"Jenisnya tidak bisa diganti menjadi “{kind}”. {broken_rule.message}"
    return ""


@page(Audience.ADMIN)
def add(request: HttpRequest, user: User, slug: str, part: str) -> HttpResponse:
    """A new question, document, step, letter or result. Questions ask for their kind first."""
    bench = bench_of(slug)
    kind = request.GET.get("kind", "")
    if part == "fields" and kind not in kinds:
        context = {**bench.context(part), "kinds": editor_inputs.types(), "part": part}
        return render(request, "setup/service/kinds.html", context)
    return _edit(
        request, user, bench, part, editing.blank(part, bench.definition, kind), is_new=True
    )


def part_form(bench: Bench, part: str, item: Definition, data: Any) -> PartForm:
    """The inputs of one part, filled with what stands there or what was typed."""
    shape = _shape(item, data)
    around = (_dinas(), _roles()) if part == "steps" else ()
    inputs = editor_inputs.slots(part, bench.definition, shape, *around)
    return PartForm(inputs, definition=bench.definition, item=item, data=data)


def with_typed(
    bench: Bench, part: str, form: PartForm, *, is_new: bool
) -> tuple[Definition, Definition]:
    """The part as typed, and the whole definition with it in its place."""
    new = form.result()
    if is_new:
        taken = [
            i["key"] for p in editor_inputs.PARTS for i in overrides.things_of(bench.definition, p)
        ]
        new["key"] = editing.new_key(new.get("label") or new.get("title") or part, taken)
    return new, editing.placed(bench.definition, part, new.get("key", ""), new)


def _with_row_moved(data: QueryDict) -> QueryDict:
    """What was typed, with one row of a small table a place earlier or later."""
    found = re.fullmatch(r"([a-z_0-9]+)-(\d{1,2})-(naik|turun)", str(data["move"]))
    typed = data.copy()
    if found is None:
        return typed
    name, here = found[1], int(found[2])
    there = here - 1 if found[3] == "naik" else here + 1
    swapped = {f"{name}-{here}-": f"{name}-{there}-", f"{name}-{there}-": f"{name}-{here}-"}
    moving = {key: new + key[len(old) :] for old, new in swapped.items()
              for key in data if key.startswith(old)}  # fmt: skip
    for key in moving:
        del typed[key]
    for key, new in moving.items():
        typed.setlist(new, data.getlist(key))
    return typed


def _edit(
    request: HttpRequest, user: User, bench: Bench, part: str, item: Definition, *,
    is_new: bool, was: Definition | None = None, lost: Sequence[str] = (),
) -> HttpResponse:  # fmt: skip
    """``was`` is the question before its kind was changed, ``lost`` what that costs."""
    slug = bench.service.slug
    key = item.get("key", "") if part in editor_inputs.PARTS else ""
    prefix = f"{part}.{key}" if key else "tariff" if part == "tariff" else ""
    data = request.POST if request.method == "POST" else None
    moving = data is not None and "move" in data
    adding = data is not None and "add" in data
    form = part_form(bench, part, item, _with_row_moved(request.POST) if moving else data)
    status, others = 200, []
    if moving or adding:  # nothing is saved, so nothing is wrong yet
        form.forget_errors()
    if adding:
        messages.info(request, "Baris kosong ditambah. Ketikan Anda masih ada; simpan sesudahnya.")
    elif moving:
        messages.info(request, "Urutannya berubah di halaman ini. Simpan supaya tetap.")
    elif data is not None and part == "tariff" and "remove" in data:
        return _without_tariff(request, user, bench)
    elif data is not None and form.is_valid():
        new, definition = with_typed(bench, part, form, is_new=is_new)
        undo = data.get("undo", "")
        if undo and bench.base is not None:
            definition = editing.undone(bench.base, definition, undo)
        try:
            problem = _retype_problem(bench, was, new) if was is not None else ""
            if problem:
                raise RuleBroken(problem)
            save(bench, definition, edition_of(request), user)
        except Stale as stale:
            status = 409
            form.add_error(None, stale.message)
            others = explaining.changes(definition, bench.definition)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            said = "Dikembalikan ke templat" if undo else "Tersimpan"
            messages.success(
                request, f"{said} sebagai draf. Warga baru melihatnya setelah diterbitkan."
            )
            if undo and part not in editor_inputs.PARTS:
                return redirect(request.path)
            if part in editor_inputs.PARTS:
                return redirect(f"setup-{editor_inputs.PARTS[part][0]}", slug)
            return redirect(request.path)
    if form.errors and status == 200:
        status = 422
    kinds = editor_inputs.types() if part == "fields" and not is_new else ()
    kind = dict(editor_inputs.types()).get(item.get("type", ""), "") if part == "fields" else ""
    context = {
        **bench.context(part),
        "form": form,
        "lines": _lines(form, bench, prefix, is_new),
        "part": part,
        "one": editor_inputs.PARTS.get(part, ("", ""))[1],
        "back": f"setup-{editor_inputs.PARTS[part][0]}" if part in editor_inputs.PARTS else "",
        "name": item.get("label") or item.get("title", ""),
        "is_new": is_new,
        "kind": kind,
        "kinds": kinds,
        "was": dict(editor_inputs.types())[was["type"]] if was else "",
        "lost": lost,
        "preview": preview_address(slug, part, key, item),
        "others": others,
        "placeholders": _placeholders(bench.definition) if part == "outputs" else [],
    }
    return render(request, "setup/service/part.html", context, status=status)


def _without_tariff(request: HttpRequest, user: User, bench: Bench) -> HttpResponse:
    """The service is free again."""
    try:
        save(bench, {**bench.definition, "tariff": None}, edition_of(request), user)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, "Tarifnya dihapus dari draf. Hapus juga langkah Pembayarannya.")
    return redirect("setup-tariff", bench.service.slug)


def preview_address(slug: str, part: str, key: str, item: Definition) -> str:
    """Where the page asks for the picture of what is being typed."""
    kind = item.get("kind", "") if part == "steps" else item.get("type", "")
    asked = {"part": part, "key": key, "kind": kind}
    return f"{reverse('setup-preview', args=[slug])}?{urlencode(asked)}"


def _shape(item: Definition, data: Any) -> Definition:
    """The part with as many groups and tables as were on the page that was sent."""
    groups = [name for name in editing.FILLED if name in item]
    if data is None or not groups:
        return item
    shape = dict(item)
    for name in groups:
        numbers = [
            int(given.split("__")[1])
            for given in data
            if given.startswith(f"{name}__") and given.split("__")[1].isdecimal()
        ]
        shape[name] = [{}] * min(max(numbers, default=len(item[name])), 60)
    return shape
