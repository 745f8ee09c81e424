"""Services as a city's admin sets them up: parts, draft, walk, history, releases, switches."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from csp.constants import NONE, SELF
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.workdays import calendar_for
from services.applications import preview
from services.applications.forms import AnswersForm
from services.applications.models import Application
from services.catalogue import actions, overrides, samples, simulator
from services.catalogue.answers import options
from services.catalogue.blueprint import Blueprint, parse_cached
from services.catalogue.models import Release, Service, ServiceVersion, Switch
from services.catalogue.overrides import ORDER, Definition
from services.catalogue.queries import lint
from services.catalogue.shipped import CATEGORIES
from services.pages.access import today
from services.pages.files import send
from services.setup import editing
from services.setup.service_forms import ImportServiceForm, NewServiceForm, PartForm
from services.setup.views import for_admins
from tenants.office.models import Unit
from tenants.registry.current import city
from ui.forms import explain

PER_PAGE = 50
_GROUPS = {slug: name for slug, name, *_ in CATEGORIES}
STATES = (
    ("", "Semua"),
    ("rilis", "Rilis baru menunggu"),
    ("draf", "Draf belum diterbitkan"),
    ("diubah", "Diubah di sini"),
    ("sendiri", "Buatan sendiri"),
    ("tutup", "Ditutup"),
)
SPEEDS = (
    ("penuh", "Setiap meja memakai seluruh waktunya", None),
    ("sejam", "Setiap meja memutuskan dalam satu jam", timedelta(hours=1)),
    ("sehari", "Setiap meja memutuskan dalam satu hari", timedelta(days=1)),
)


# --- list -------------------------------------------------------------------------------


def _with_marks() -> QuerySet[Service]:
    """Services with what the list says of them, without their definitions."""
    newest = Release.objects.filter(slug=OuterRef("slug")).order_by("-number").values("number")[:1]
    return (
        Service.objects.select_related("base", "current")
        .defer("base__definition", "current__definition")
        .annotate(newest=Subquery(newest))
    )


_BEHIND = Q(base__isnull=False, newest__gt=F("base__number"))
_WAITING = _BEHIND & Q(newest__gt=F("kept_until"))
_CHANGED = Q(base__isnull=False, current__isnull=False) & ~Q(current__digest=F("base__digest"))


def _filtered(found: QuerySet[Service], state: str) -> QuerySet[Service]:
    return {
        "rilis": found.filter(_WAITING),
        "draf": found.filter(draft__isnull=False),
        "diubah": found.filter(_CHANGED),
        "sendiri": found.filter(base__isnull=True),
        "tutup": found.filter(is_active=False),
    }.get(state, found)


@for_admins
def services(request: HttpRequest, user: User) -> HttpResponse:
    """Every service of the city, and whether it is open to residents."""
    if request.method == "POST":
        pk = request.POST.get("layanan", "")
        found = Service.objects.filter(pk=int(pk)).first() if pk.isdecimal() else None
        if found is None:
            raise NotThere("Layanan ini tidak ditemukan.")
        on = request.POST.get("buka") == "ya"
        try:
            actions.set_active(slug=found.slug, is_active=on, by=user)
        except RuleBroken as broken:
            messages.error(request, f"{found.title}: {broken.message}")
        else:
            said = "dibuka untuk warga" if on else "ditutup. Yang sedang berjalan tetap diteruskan"
            messages.success(request, f"{found.title} {said}.")
        return redirect(request.get_full_path())
    wanted = request.GET.get("cari", "").strip()[:100]
    category, state = request.GET.get("kelompok", ""), request.GET.get("saring", "")
    rows = (
        _filtered(_with_marks(), state)
        .defer("base__definition", "current__definition", "draft")
        .annotate(
            is_draft=Q(draft__isnull=False),
            is_own=Q(base__isnull=True),
            is_changed=_CHANGED,
            is_waiting=_WAITING,
        )
    )
    for word in wanted.split():
        rows = rows.filter(Q(title__icontains=word) | Q(slug__icontains=word))
    if category:
        rows = rows.filter(category=category)
    page = Paginator(rows.order_by("title", "pk"), PER_PAGE).get_page(request.GET.get("hal"))
    context = {
        "page": page,
        "wanted": wanted,
        "category": category,
        "state": state,
        "states": STATES,
        "categories": list(_GROUPS.items()),
        "names": _GROUPS,
    }
    return render(request, "setup/services.html", context)


# --- one service ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bench:
    """One service on the admin's bench: what is edited, and what it is measured against."""

    service: Service
    definition: Definition  # the draft, or what is published
    base: Definition | None  # the shared release; None for a service of the city's own
    changes: Mapping[str, Any]  # by address, against the base

    @property
    def blueprint(self) -> Blueprint:
        return parse_cached(self.definition)

    @property
    def published(self) -> Definition | None:
        return self.service.current.definition if self.service.current else None

    def context(self, tab: str) -> dict[str, Any]:
        counts = {part: len(self.definition[part]) for part in editing.PARTS}
        slug = self.service.slug
        tabs: list[tuple[str, str, str, int | None]] = [
            ("main", "Isi", reverse("setup-service", args=[slug]), None)
        ]
        for part, (address, one) in editing.PARTS.items():
            tabs.append((part, one, reverse(f"setup-{address}", args=[slug]), counts[part]))
        for key, label, name in (
            ("standard", "Standar", "setup-standard"),
            ("draft", "Draf", "setup-draft"),
            ("walk", "Simulasi", "setup-walk"),
            ("history", "Riwayat", "setup-history"),
        ):
            tabs.append((key, label, reverse(name, args=[slug]), None))
        return {
            "service": self.service,
            "definition": self.definition,
            "own": self.base is None,
            "is_draft": self.service.draft is not None,
            "changed": len(self.changes),
            "tab": tab,
            "tabs": tabs,
            "edition": self.service.draft_edition,
            "waiting": actions.newest(self.service),
            "group": _GROUPS.get(self.service.category, ""),
        }


def _bench(slug: str) -> Bench:
    service = (
        Service.objects.select_related("current", "base", "draft_by").filter(slug=slug).first()
    )
    if service is None:
        raise NotThere("Layanan ini tidak ditemukan.")
    definition = service.draft or (service.current.definition if service.current else None)
    if definition is None:
        raise NotThere("Layanan ini belum punya isi.")
    base = service.base.definition if service.base else None
    found = overrides.difference(base, definition) if base is not None else {}
    return Bench(service, definition, base, found)


def _edition(request: HttpRequest) -> int:
    typed = request.POST.get("edition", "")
    return int(typed) if typed.isdecimal() and len(typed) < 9 else -1


def _save(bench: Bench, definition: Definition, edition: int, user: User) -> None:
    """Into the draft. Raises Stale, or RuleBroken in words an admin understands."""
    try:
        actions.save_draft(
            slug=bench.service.slug, definition=definition, edition=edition, by=user, at=now()
        )
    except Stale:
        raise
    except RuleBroken as broken:
        raise RuleBroken(editing.complaint(broken.__cause__, definition)) from broken


@dataclass(frozen=True, slots=True)
class Line:
    """One input with its heading and where its value comes from."""

    field: Any
    section: str
    mark: str  # "", "shared", "changed"
    undo: str  # address; empty for nothing to undo
    shared: str  # the shared value in words


def _lines(form: PartForm, bench: Bench, prefix: str, is_new: bool) -> list[Line]:
    lines = []
    marked: set[str] = set()
    shared = overrides.flatten(bench.base) if bench.base is not None else {}
    whole = {a.partition(".")[2] for a in shared if prefix and a.startswith(f"{prefix}.")}
    for slot in form.slots:
        address = f"{prefix}.{slot.place}" if prefix else slot.place
        mark = undo = words = ""
        if bench.base is not None and not is_new and slot.place not in marked:
            marked.add(slot.place)
            if editing.changed_at(bench.changes, address):
                mark = "changed"
                if not prefix or whole:
                    undo = address
                    words = editing.value_words(
                        address, shared.get(address, None), bench.base, bench.definition
                    )
            else:
                mark = "shared"
        lines.append(Line(form[slot.name], slot.section, mark, undo, words[:160]))
    return lines


def _dinas() -> editing.Choices:
    found = Unit.objects.filter(kind=Unit.Kind.DINAS, is_active=True).order_by("name")
    return tuple((unit.code.partition("/")[2], unit.name) for unit in found)


def _placeholders(definition: Definition) -> list[tuple[str, str]]:
    """What a letter's text may use, with the words of the question behind it."""
    found = []
    for field in definition["fields"]:
        names = [f"{field['key']}.{fact}" for fact in ("nama", "nik", "ttl", "alamat", "pekerjaan")]
        for name in names if field["type"] == "person" else [field["key"]]:
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


@for_admins
def edit(
    request: HttpRequest, user: User, slug: str, part: str = "main", key: str = ""
) -> HttpResponse:
    """One part: the service itself, its standard, or one question, document, step or letter."""
    bench = _bench(slug)
    item: Definition | None = bench.definition
    if part in editing.PARTS:
        item = editing.item_of(bench.definition, part, key)
    if item is None:
        raise NotThere("Bagian ini sudah tidak ada. Mungkin baru dihapus.")
    return _edit(request, user, bench, part, item, is_new=False)


@for_admins
def add(request: HttpRequest, user: User, slug: str, part: str) -> HttpResponse:
    """A new question, document, step or letter. Questions ask for their kind first."""
    bench = _bench(slug)
    kind = request.GET.get("jenis", "")
    if part == "fields" and kind not in dict(editing.TYPES):
        context = {**bench.context(part), "kinds": editing.TYPES, "part": part}
        return render(request, "setup/service/kinds.html", context)
    return _edit(
        request, user, bench, part, editing.blank(part, bench.definition, kind), is_new=True
    )


def _edit(
    request: HttpRequest, user: User, bench: Bench, part: str, item: Definition, *, is_new: bool
) -> HttpResponse:
    slug = bench.service.slug
    key = item.get("key", "") if part in editing.PARTS else ""
    prefix = f"{part}.{key}" if key else ""
    data = request.POST if request.method == "POST" else None
    shape = _shape(item, data)
    slots = editing.slots(part, bench.definition, shape, _dinas() if part == "steps" else ())
    form = PartForm(slots, definition=bench.definition, item=item, data=data)
    status, others = 200, []
    if data is not None and form.is_valid():
        new = form.result()
        if is_new:
            taken = [i["key"] for p in editing.PARTS for i in bench.definition[p]]
            new["key"] = editing.new_key(new.get("label") or new.get("title") or part, taken)
        definition = editing.placed(bench.definition, part, new.get("key", ""), new)
        undo = data.get("batalkan", "")
        if undo and bench.base is not None:
            definition = editing.undone(bench.base, definition, undo)
        try:
            _save(bench, definition, _edition(request), user)
        except Stale as stale:
            status = 409
            form.add_error(None, stale.message)
            others = editing.changes(definition, bench.definition)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            said = "Dikembalikan ke templat" if undo else "Tersimpan"
            messages.success(
                request, f"{said} sebagai draf. Warga baru melihatnya setelah diterbitkan."
            )
            if undo and part not in editing.PARTS:
                return redirect(request.path)
            if part in editing.PARTS:
                return redirect(f"setup-{editing.PARTS[part][0]}", slug)
            return redirect(request.path)
    if form.errors and status == 200:
        status = 422
    kind = dict(editing.TYPES).get(item.get("type", ""), "") if part == "fields" else ""
    context = {
        **bench.context(part),
        "form": form,
        "lines": _lines(form, bench, prefix, is_new),
        "part": part,
        "one": editing.PARTS.get(part, ("", ""))[1],
        "back": editing.PARTS.get(part, ("", ""))[0],
        "name": item.get("label") or item.get("title", ""),
        "is_new": is_new,
        "kind": kind,
        "others": others,
        "placeholders": _placeholders(bench.definition) if part == "outputs" else [],
    }
    return render(request, "setup/service/part.html", context, status=status)


def _shape(item: Definition, data: Any) -> Definition:
    """The part with as many groups and tables as were on the page that was sent."""
    if data is None or "opening" not in item:
        return item
    shape = dict(item)
    for name in ("blocks", "tables"):
        numbers = [
            int(given.split("__")[1])
            for given in data
            if given.startswith(f"{name}__") and given.split("__")[1].isdecimal()
        ]
        shape[name] = [{}] * min(max(numbers, default=len(item[name])), 60)
    return shape


@dataclass(frozen=True, slots=True)
class Listed:
    """One question, document, step or letter in its list."""

    key: str
    title: str
    about: str
    mark: str  # "", "shared", "changed", "added"
    first: bool
    last: bool


def _about(part: str, item: Definition) -> str:
    if part == "fields":
        kind = dict(editing.TYPES)[item["type"]]
        asked = "wajib" if item["required"] else "boleh kosong"
        return f"{kind} · {asked}" + (" · bersyarat" if item["show_when"] else "")
    if part == "documents":
        return "wajib" if item["required"] else "boleh kosong"
    if part == "steps":
        level, role = dict(editing.LEVELS)[item["level"]], dict(editing.ROLES)
        clock = item["clock"]
        unit = dict(editing.CLOCKS)[clock["unit"]].partition(" (")[0]
        return f"{role.get(item['role'], item['role'])} · {level} · {clock['amount']} {unit}" + (
            " · bersyarat" if item["when"] else ""
        )
    return str(item["subject"]) + (" · bersyarat" if item["when"] else "")


@for_admins
@require_safe
def items(request: HttpRequest, user: User, slug: str, part: str) -> HttpResponse:
    """All questions, documents, steps or letters, in order."""
    bench = _bench(slug)
    found = bench.definition[part]
    shared = {item["key"]: item for item in bench.base[part]} if bench.base is not None else {}
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
                _about(part, item),
                mark,
                number == 0,
                number == len(found) - 1,
            )
        )
    have = {item["key"] for item in found}
    address, one = editing.PARTS[part]
    context = {
        **bench.context(part),
        "part": part,
        "one": one,
        "rows": rows,
        "removed": [
            (f"{part}.{key}", item.get("label") or item["title"])
            for key, item in shared.items()
            if key not in have
        ],
        "moved": f"{part}.{ORDER}" in bench.changes and have == set(shared),
        "edit_name": f"setup-{address}-edit",
        "add_url": reverse(f"setup-{address}-add", args=[slug]),
        "list_url": reverse(f"setup-{address}", args=[slug]),
    }
    return render(request, "setup/service/items.html", context)


@for_admins
@require_POST
def arrange(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """Move, remove, or give a place back to the shared template."""
    bench = _bench(slug)
    part, key = request.POST.get("part", ""), request.POST.get("key", "")
    do, address = request.POST.get("do", ""), request.POST.get("address", "")
    if part not in editing.PARTS:
        raise NotThere("Bagian ini tidak ada.")
    if do in ("naik", "turun"):
        definition, said = editing.moved(bench.definition, part, key, do == "naik"), "Dipindahkan"
    elif do == "hapus":
        definition, said = editing.without(bench.definition, part, key), "Dihapus"
    elif do == "batal" and bench.base is not None:
        definition = editing.undone(bench.base, bench.definition, address)
        said = "Dikembalikan ke templat"
    else:
        raise NotThere("Perintah ini tidak dikenal.")
    try:
        _save(bench, definition, _edition(request), user)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, f"{said}. Warga baru melihatnya setelah diterbitkan.")
    return redirect(f"setup-{editing.PARTS[part][0]}", slug)


# --- draft ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of the linter in words, with the page where it is mended."""

    level: str
    place: str
    message: str
    href: str


def _findings(blueprint: Blueprint, slug: str) -> list[Found]:
    definition = blueprint.canonical()
    found = []
    for finding in lint(blueprint):
        part, _, rest = finding.place.partition(".")
        key = rest.partition(".")[0]
        href = ""
        if part in editing.PARTS:
            name = f"setup-{editing.PARTS[part][0]}"
            href = reverse(f"{name}-edit", args=[slug, key]) if key else reverse(name, args=[slug])
        place = editing.place_words(finding.place, definition)
        found.append(Found(finding.level, place, finding.message, href))
    return found


@for_admins
def draft(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """What changed, what the linter says, the form and the letters; publish or throw away."""
    bench = _bench(slug)
    problem, status = "", 200
    if request.method == "POST":
        if request.POST.get("do") == "buang":
            if bench.published is None:
                raise RuleBroken("Layanan ini belum pernah diterbitkan, jadi drafnya disimpan.")
            if _edition(request) != bench.service.draft_edition:
                messages.error(request, "Draf ini baru saja diubah orang lain. Periksa lagi.")
                return redirect("setup-draft", slug)
            actions.discard_draft(slug=slug, by=user)
            messages.success(request, "Draf dibuang. Yang terbit tidak berubah.")
            return redirect("setup-service", slug)
        try:
            note = request.POST.get("note", "").strip()[:300]
            actions.publish_draft(slug=slug, edition=_edition(request), by=user, note=note)
        except RuleBroken as broken:
            problem, bench = broken.message, _bench(slug)
            status = broken.status
        else:
            messages.success(request, "Diterbitkan. Permohonan baru memakai versi ini.")
            return redirect("setup-service", slug)
    blueprint = bench.blueprint
    findings = _findings(blueprint, slug)
    form = AnswersForm(blueprint, house=samples.house(today()), typed={}, kept={})
    context = {
        **bench.context("draft"),
        "problem": problem,
        "changes": editing.changes(bench.published, bench.definition) if bench.published else [],
        "findings": findings,
        "errors": [f for f in findings if f.level == "error"],
        "form": form,
        "outputs": blueprint.outputs,
        "note": request.POST.get("note", ""),
    }
    return render(request, "setup/service/draft.html", context, status=status)


@for_admins
@require_safe
def letter(request: HttpRequest, user: User, slug: str, key: str) -> HttpResponse:
    """One letter as it would be, with invented people."""
    bench = _bench(slug)
    blueprint = bench.blueprint
    output = next((output for output in blueprint.outputs if output.key == key), None)
    if output is None:
        raise NotThere("Surat ini tidak ada.")
    content = preview.letter(blueprint, output, at=now())
    response = send(
        content, media_type="application/pdf", name=f"pratinjau-{slug}.pdf", download=False
    )
    # Shown inside our own page; everywhere else no page of ours may be framed.
    response["X-Frame-Options"] = "SAMEORIGIN"
    response._csp_replace = {"default-src": [NONE], "frame-ancestors": [SELF]}  # type: ignore[attr-defined]
    return response


# --- walk -------------------------------------------------------------------------------


def _start(request: HttpRequest) -> datetime:
    """When the sample request is sent, in the city's time; now unless something else is typed."""
    here = now().astimezone(city().tz)
    try:
        day = datetime.fromisoformat(request.GET.get("tanggal", "")).date()
        hour = time.fromisoformat(request.GET.get("jam", "") or "09:00")
        if not 2020 <= day.year <= 2100:
            return here
        return datetime.combine(day, hour.replace(tzinfo=None), here.tzinfo)
    except ValueError:
        return here


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on which the way depends."""

    name: str
    label: str
    choices: list[tuple[str, str]]
    value: str


@for_admins
@require_safe
def walk(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """A sample request desk by desk, with dates over nights, weekends and holidays."""
    bench = _bench(slug)
    blueprint = bench.blueprint
    deciding = {c.field for step in blueprint.steps for c in step.when}
    deciding |= {c.field for output in blueprint.outputs for c in output.when}
    answers = samples.answers(blueprint, today=today())
    asked = []
    for spec in blueprint.fields:
        if spec.key not in deciding:
            continue
        typed = request.GET.get(f"jawab-{spec.key}", "").strip()[:200]
        if typed:
            answers[spec.key] = typed
        shown = str(answers.get(spec.key) or "")
        known = options(spec) if spec.type in ("choice", "list", "yesno") else []
        asked.append(Asked(f"jawab-{spec.key}", spec.label, known, shown))
    start, calendar = _start(request), calendar_for(city().timezone)
    speed = request.GET.get("laju", "penuh")
    spent = next((after for key, _, after in SPEEDS if key == speed), None)
    after = {step.key: spent for step in blueprint.steps} if spent is not None else None
    found = simulator.walk(blueprint, answers, start=start, calendar=calendar, decided_after=after)
    days = (found.done.astimezone(city().tz).date() - start.date()).days
    off = sum(not calendar.is_workday(start.date() + timedelta(days=n)) for n in range(days + 1))
    typed_at = request.GET.get("langkah", "")
    at = min(int(typed_at), len(found.stops)) if typed_at.isdecimal() and len(typed_at) < 4 else 0
    query = request.GET.copy()

    def to(number: int) -> str:
        query["langkah"] = str(number)
        return f"?{query.urlencode()}"

    context = {
        **bench.context("walk"),
        "asked": asked,
        "start": start,
        "speeds": SPEEDS,
        "speed": speed,
        "stops": [
            (number, stop, "done" if number < at else "now" if number == at else "todo", to(number))
            for number, stop in enumerate(found.stops)
        ],
        "found": found,
        "off": off,
        "at": at,
        "finished": at >= len(found.stops),
        "back": to(at - 1) if at else "",
        "next": to(at + 1) if at < len(found.stops) else "",
        "timeouts": dict(editing.TIMEOUTS),
    }
    return render(request, "setup/service/walk.html", context)


# --- history ----------------------------------------------------------------------------


def _version(service: Service, typed: str) -> ServiceVersion | None:
    if not typed.isdecimal() or len(typed) > 9:
        return None
    return service.versions.filter(pk=int(typed)).first()


@for_admins
def history(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """Every published version; compare two, take one back."""
    bench = _bench(slug)
    service = bench.service
    if request.method == "POST":
        version = _version(service, request.POST.get("versi", ""))
        if version is None:
            raise NotThere("Versi ini tidak ada.")
        try:
            if request.POST.get("do") == "kembali":
                actions.roll_back(slug=slug, version_id=version.pk, by=user)
                messages.success(request, "Versi itu berlaku lagi untuk permohonan baru.")
                return redirect("setup-history", slug)
            if service.draft is not None:
                raise RuleBroken("Ada draf yang belum diterbitkan. Terbitkan atau buang dulu.")
            actions.restore(slug=slug, version_id=version.pk, by=user, at=now())
        except RuleBroken as broken:
            messages.error(request, broken.message)
            return redirect("setup-history", slug)
        messages.success(request, "Versi itu sekarang menjadi draf. Periksa, lalu terbitkan.")
        return redirect("setup-draft", slug)
    versions = service.versions.select_related("published_by").defer("definition")
    page = Paginator(versions.order_by("-pk"), PER_PAGE).get_page(request.GET.get("hal"))
    one = _version(service, request.GET.get("lama", ""))
    other = _version(service, request.GET.get("baru", ""))
    context = {
        **bench.context("history"),
        "page": page,
        "one": one,
        "other": other,
        "changes": editing.changes(one.definition, other.definition) if one and other else None,
    }
    return render(request, "setup/service/history.html", context)


@for_admins
@require_safe
def export(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """The definition as a file another city can take in."""
    text = json.dumps(_bench(slug).definition, ensure_ascii=False, indent=2)
    return send(text.encode(), media_type="application/json", name=f"{slug}.json", download=True)


# --- releases ---------------------------------------------------------------------------


@for_admins
@require_safe
def releases(request: HttpRequest, user: User) -> HttpResponse:
    """Services for which a newer shared release exists."""
    found = _with_marks().defer("draft", "base__definition", "current__definition")
    behind = found.filter(_BEHIND).annotate(
        is_waiting=_WAITING, is_changed=_CHANGED, is_draft=Q(draft__isnull=False)
    )
    page = Paginator(behind.order_by("-is_waiting", "title"), PER_PAGE).get_page(
        request.GET.get("hal")
    )
    slugs = [service.slug for service in page.object_list]
    # Ordered by number: the newest of each stays.
    new = {release.slug: release for release in Release.objects.filter(slug__in=slugs)}
    rows = [(service, new[service.slug]) for service in page.object_list]
    return render(request, "setup/releases.html", {"page": page, "rows": rows})


_VERDICTS = {
    "theirs": ("Hanya nasional yang berubah: ikut nasional", "ok"),
    "ours": ("Hanya kita yang berubah: punya kita tetap", "info"),
    "both": ("Sama-sama berubah, hasilnya sama", "plain"),
    "conflict": ("Keduanya berubah: pilih salah satu", "warn"),
    "merged": ("Keduanya berubah: digabung, tidak ada yang hilang", "info"),
}
# Of a whole question, document, step or letter: (in the old, in the new, in ours).
_WHOLE = {
    (False, True, False): ("Ditambah nasional: ikut ditambah", "ok"),
    (False, False, True): ("Ditambah di sini: tetap ada", "info"),
    (False, True, True): ("Ditambah di kedua pihak: punya kita tetap", "info"),
    (True, False, True): (
        "Dihapus nasional: ikut dihapus, juga perubahan kita di dalamnya",
        "warn",
    ),
    (True, True, False): ("Dihapus di sini: tetap dihapus", "info"),
    (True, False, False): ("Dihapus di kedua pihak", "plain"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One place of the three-way comparison, in words."""

    address: str
    place: str
    old: str
    new: str
    ours: str
    verdict: str
    words: str
    tag: str
    open: bool = False  # the admin may choose
    choice: str = ""  # "nasional", "kami"
    missing: bool = False  # a conflict nobody has decided

    @property
    def name(self) -> str:
        return f"pilih-{self.address}"


def _whole(address: str, definitions: list[Definition]) -> tuple[str, tuple[bool, ...]] | None:
    """The thing a place lies in, and which of the three have it, unless all do."""
    part, _, rest = address.partition(".")
    key = rest.partition(".")[0]
    if part not in editing.PARTS or key == ORDER:
        return None
    have = tuple(editing.item_of(d, part, key) is not None for d in definitions)
    return None if all(have) else (f"{part}.{key}", have)


def _three_ways(
    compared: Iterable[overrides.Comparison], old: Definition, new: Definition, ours: Definition
) -> list[Row]:
    """Places in words, what must be decided first; a whole thing gained or lost is one row."""
    rows: dict[str, Row] = {}
    named = [new, ours, old]
    for row in compared:
        whole = _whole(row.address, [old, new, ours])
        if whole is not None:
            address, have = whole
            words, tag = _WHOLE[have[0], have[1], have[2]]
            old_state, new_state, our_state = ("ada" if it else "(tidak ada)" for it in have)
            rows[address] = Row(
                address=address,
                place=editing.place_words(address, *named),
                old=old_state,
                new=new_state,
                ours=our_state,
                verdict="whole",
                words=words,
                tag=tag,
            )
            continue
        verdict: str = row.verdict
        if row.address.endswith(f".{ORDER}") and verdict != "theirs":
            verdict = "merged" if verdict == "conflict" else verdict
        words, tag = _VERDICTS[verdict]
        # An order is never taken over: what the city added would go with its place in it.
        is_open = verdict in ("conflict", "ours") and not row.address.endswith(f".{ORDER}")
        rows[row.address] = Row(
            address=row.address,
            place=editing.place_words(row.address, *named),
            old=editing.value_words(row.address, row.old, *named),
            new=editing.value_words(row.address, row.new, *named),
            ours=editing.value_words(row.address, row.ours, *named),
            verdict=verdict,
            words=words,
            tag=tag,
            open=is_open,
        )
    order = {"conflict": 0, "theirs": 1, "whole": 2, "merged": 3, "ours": 4, "both": 5}
    return sorted(rows.values(), key=lambda row: order[row.verdict])


@for_admins
def release(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """Old shared, new shared and ours; take the release, or stay."""
    bench = _bench(slug)
    service = bench.service
    new = actions.newest(service)
    if new is None or service.base is None or bench.published is None:
        raise NotThere("Layanan ini sudah memakai rilis terbaru.")
    rows = _three_ways(
        actions.comparison(service), service.base.definition, new.definition, bench.published
    )
    choices = {row.address: request.POST.get(row.name, "") for row in rows if row.open}
    choices = {a: choice for a, choice in choices.items() if choice in ("nasional", "kami")}
    take = [address for address, choice in choices.items() if choice == "nasional"]
    do, problem, result, status = request.POST.get("do", ""), "", None, 200
    if request.method == "POST" and do == "tetap":
        actions.keep(slug=slug, by=user)
        messages.success(request, f"{service.title} tetap memakai versi kita.")
        return redirect("setup-releases")
    open_conflicts = [
        row.address for row in rows if row.verdict == "conflict" and row.address not in choices
    ]
    if request.method == "POST" and request.POST.get("rilis") != str(new.number):
        problem, status = "Rilis yang lebih baru lagi baru saja tiba. Periksa lagi.", 409
    elif request.method == "POST" and open_conflicts:
        problem = f"Pilih dulu untuk {len(open_conflicts)} tempat yang berubah di kedua pihak."
        status = 422
    elif request.method == "POST":
        try:
            if do == "ambil":
                actions.adopt(slug=slug, take=take, by=user)
                messages.success(
                    request,
                    f"{service.title} sekarang memakai rilis {new.number}. "
                    "Bila ternyata keliru, kembali lewat Riwayat.",
                )
                return redirect("setup-releases")
            result = actions.adopted(service, take)
        except RuleBroken as broken:
            problem, status = broken.message, broken.status
            if isinstance(broken.__cause__, ValueError):
                problem = editing.complaint(
                    broken.__cause__,
                    overrides.adopt(service.base.definition, new.definition, bench.published, take),
                )
    rows = [
        replace(
            row,
            choice=choices.get(row.address, ""),
            missing=status == 422 and row.address in open_conflicts,
        )
        for row in rows
    ]
    ended = [Application.State.DONE, Application.State.REFUSED, Application.State.WITHDRAWN]
    running = Application.objects.filter(version__service=service).exclude(state__in=ended)
    context = {
        **bench.context("release"),
        "new": new,
        "blueprint": new.blueprint,
        "rows": rows,
        "problem": problem,
        "result": result,
        "effects": editing.changes(bench.published, result.canonical()) if result else [],
        "findings": _findings(result, slug) if result else [],
        "running": running.count(),
        "kept": service.kept_until >= new.number,
    }
    return render(request, "setup/release.html", context, status=status)


# --- per kelurahan ----------------------------------------------------------------------


@for_admins
def villages(request: HttpRequest, user: User) -> HttpResponse:
    """e-RT, or one service, on or off in each kelurahan or desa."""
    what = request.GET.get("layanan", "") or Switch.ERT
    service = None
    if what != Switch.ERT:
        service = Service.objects.filter(slug=what).only("slug", "title").first()
        if service is None:
            raise NotThere("Layanan ini tidak ditemukan.")
    found = Unit.objects.filter(
        kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA], is_active=True
    ).order_by("code")
    name = service.title if service else "e-RT"
    if request.method == "POST":
        on, which = request.POST.get("nyala") == "ya", request.POST.get("unit", "")
        chosen = (
            found.all()
            if which == "semua"
            else found.filter(pk=int(which or 0) if (which.isdecimal() and len(which) < 10) else 0)
        )
        touched = 0
        for unit in chosen:
            actions.switch(unit=unit, what=what, is_on=on, by=user)
            touched += 1
        if not touched:
            raise NotThere("Kelurahan ini tidak ditemukan.")
        where = "semua kelurahan" if which == "semua" else chosen[0].name
        messages.success(request, f"{name} {'dinyalakan' if on else 'dimatikan'} di {where}.")
        return redirect(request.get_full_path())
    wanted = request.GET.get("cari", "").strip()[:100]
    total = found.count()
    off = set(Switch.objects.filter(what=what, is_on=False).values_list("unit_id", flat=True))
    if wanted:
        found = found.filter(Q(name__icontains=wanted) | Q(parent__name__icontains=wanted))
    page = Paginator(found.select_related("parent"), PER_PAGE).get_page(request.GET.get("hal"))
    context = {
        "page": page,
        "rows": [(unit, unit.pk not in off) for unit in page.object_list],
        "name": name,
        "chosen": service,
        "what": what,
        "wanted": wanted,
        "on": total - len(off),
        "total": total,
        "services": Service.objects.order_by("title").values_list("slug", "title"),
    }
    return render(request, "setup/villages.html", context)


# --- a service of the city's own --------------------------------------------------------


@for_admins
def new_service(request: HttpRequest, user: User) -> HttpResponse:
    """From nothing, or a copy of another."""
    known = list(Service.objects.order_by("title").values_list("slug", "title"))
    initial = {"source": request.GET.get("dari", "")}
    form = NewServiceForm(request.POST or None, services=known, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        definition = editing.fresh(typed["title"], typed["slug"], typed["category"])
        if typed["source"]:
            copied = _bench(typed["source"]).definition
            named = {name: definition[name] for name in ("title", "slug", "category")}
            definition = {**copied, **named}
        return _created(request, user, form, definition, "setup/new_service.html")
    status = 422 if form.errors else 200
    return render(request, "setup/new_service.html", {"form": form}, status=status)


@for_admins
def import_service(request: HttpRequest, user: User) -> HttpResponse:
    """From a file of another city."""
    form = ImportServiceForm(request.POST or None, request.FILES or None)
    template = "setup/import_service.html"
    if request.method == "POST" and form.is_valid():
        try:
            definition = _unpacked(form.cleaned_data["berkas"])
            if form.cleaned_data["slug"]:
                definition["slug"] = form.cleaned_data["slug"]
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return _created(request, user, form, definition, template)
    status = 422 if form.errors else 200
    return render(request, template, {"form": form}, status=status)


def _unpacked(content: bytes) -> Definition:
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as wrong:
        raise RuleBroken("Berkas ini bukan tulisan UTF-8. Unduh lagi dari Balai.",
                         field="berkas") from wrong  # fmt: skip
    except json.JSONDecodeError as wrong:
        raise RuleBroken(
            f"Berkas ini bukan JSON yang benar: baris {wrong.lineno}, huruf ke-{wrong.colno}. "
            "Unduh lagi dari Balai, atau perbaiki baris itu.",
            field="berkas",
        ) from wrong
    except (ValueError, RecursionError) as wrong:
        raise RuleBroken("Berkas ini tidak dapat dibaca. Unduh lagi dari Balai.",
                         field="berkas") from wrong  # fmt: skip
    if not isinstance(found, dict):
        raise RuleBroken(
            "Berkas ini tidak berisi layanan: harus diawali kurung kurawal.", field="berkas"
        )
    category = found.get("category")
    if isinstance(category, str) and category not in _GROUPS:
        raise RuleBroken(
            f"Kelompok “{category[:40]}” tidak dikenal. Pilih salah satu: {', '.join(_GROUPS)}.",
            field="berkas",
        )
    return found


def _created(
    request: HttpRequest, user: User, form: Any, definition: Definition, template: str
) -> HttpResponse:
    """The new service's page, or the form again with what is wrong."""
    try:
        if definition.get("slug") in editing.RESERVED:
            raise RuleBroken("Alamat ini dipakai halaman lain. Isi alamat yang lain.", field="slug")
        service = actions.create_own(definition=definition, by=user, at=now())
    except RuleBroken as broken:
        if isinstance(broken.__cause__, ValueError):
            broken = RuleBroken(editing.complaint(broken.__cause__, definition), field="berkas")
        explain(form, broken)
        return render(request, template, {"form": form}, status=422)
    messages.success(
        request, f"{service.title} dibuat sebagai draf. Lengkapi, terbitkan, lalu buka."
    )
    return redirect("setup-service", service.slug)
