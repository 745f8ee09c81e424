"""Services of a city: the list, switches per kelurahan, and the city's own."""

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.ids import row_id
from services.catalogue import actions, explaining
from services.catalogue.models import Service, Switch
from services.catalogue.overrides import Definition
from services.setup import editing
from services.setup.forms import ServicesFilter, VillagesFilter
from services.setup.service_forms import ImportServiceForm, NewServiceForm
from services.setup.service_page import CHANGED, GROUPS, PER_PAGE, WAITING, bench_of, with_marks
from services.setup.views import page_of
from tenants.office.models import Unit
from ui.forms import explain
from ui.page import Audience, page

STATES = (
    ("", "Semua"),
    ("rilis", "Rilis baru menunggu"),
    ("draf", "Draf belum diterbitkan"),
    ("diubah", "Diubah di sini"),
    ("sendiri", "Buatan sendiri"),
    ("tutup", "Ditutup"),
)


def _filtered(found: QuerySet[Service], state: str) -> QuerySet[Service]:
    return {
        "rilis": found.filter(WAITING),
        "draf": found.filter(draft__isnull=False),
        "diubah": found.filter(CHANGED),
        "sendiri": found.filter(base__isnull=True),
        "tutup": found.filter(is_active=False),
    }.get(state, found)


@page(Audience.ADMIN)
def services(request: HttpRequest, user: User) -> HttpResponse:
    """Every service of the city, and whether it is open to residents."""
    if request.method == "POST":
        pk = request.POST.get("service", "")
        found = Service.objects.filter(pk=row_id(pk)).first()
        if found is None:
            raise NotThere("Layanan ini tidak ditemukan.")
        on = request.POST.get("open") == "ya"
        try:
            actions.set_active(slug=found.slug, is_active=on, by=user)
        except RuleBroken as broken:
            messages.error(request, f"{found.title}: {broken.message}")
        else:
            said = "dibuka untuk warga" if on else "ditutup. Yang sedang berjalan tetap diteruskan"
            messages.success(request, f"{found.title} {said}.")
        if request.POST.get("back") == found.slug:
            return redirect("setup-service", found.slug)
        return redirect(request.get_full_path())
    chosen = ServicesFilter(request.GET, groups=list(GROUPS.items()), states=STATES)
    typed = chosen.cleaned_data
    category, state = typed.get("group", ""), typed.get("filter", "")
    rows = (
        _filtered(with_marks(), state)
        .defer("base__definition", "current__definition", "draft")
        .annotate(
            is_draft=Q(draft__isnull=False),
            is_own=Q(base__isnull=True),
            is_changed=CHANGED,
            is_waiting=WAITING,
        )
    )
    for word in typed.get("q", "").split():
        rows = rows.filter(Q(title__icontains=word) | Q(slug__icontains=word))
    if category:
        rows = rows.filter(category=category)
    page = Paginator(rows.order_by("title", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "waiting": with_marks().filter(WAITING).count(),
        "filter": chosen,
        "names": GROUPS,
    }
    return page_of(request, "services", **context)


@page(Audience.ADMIN)
def villages(request: HttpRequest, user: User) -> HttpResponse:
    """e-RT, or one service, on or off in each kelurahan or desa."""
    known = list(Service.objects.order_by("title").values_list("slug", "title"))
    chosen = VillagesFilter(request.GET, services=known)
    what = chosen.cleaned_data.get("service", request.GET.get("service", "")) or Switch.ERT
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
        on, which = request.POST.get("is_on") == "ya", request.POST.get("unit", "")
        units = (
            found.all()
            if which == "semua"
            else found.filter(pk=int(which or 0) if (which.isdecimal() and len(which) < 10) else 0)
        )
        touched = 0
        for unit in units:
            actions.switch(unit=unit, what=what, is_on=on, by=user)
            touched += 1
        if not touched:
            raise NotThere("Kelurahan ini tidak ditemukan.")
        where = "semua kelurahan" if which == "semua" else units[0].name
        messages.success(request, f"{name} {'dinyalakan' if on else 'dimatikan'} di {where}.")
        return redirect(request.get_full_path())
    wanted = chosen.cleaned_data.get("q", "")
    total = found.count()
    off = set(Switch.objects.filter(what=what, is_on=False).values_list("unit_id", flat=True))
    if wanted:
        found = found.filter(Q(name__icontains=wanted) | Q(parent__name__icontains=wanted))
    page = Paginator(found.select_related("parent"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(unit, unit.pk not in off) for unit in page.object_list],
        "name": name,
        "chosen": service,
        "filter": chosen,
        "on": total - len(off),
        "total": total,
    }
    return page_of(request, "villages", **context)


@page(Audience.ADMIN)
def new_service(request: HttpRequest, user: User) -> HttpResponse:
    """From nothing, or a copy of another."""
    known = list(Service.objects.order_by("title").values_list("slug", "title"))
    initial = {"source": request.GET.get("source", ""), "category": "umum"}
    form = NewServiceForm(request.POST or None, services=known, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        definition = editing.fresh(typed["title"], typed["slug"], typed["category"])
        if typed["source"]:
            copied = bench_of(typed["source"]).definition
            named = {name: definition[name] for name in ("title", "slug", "category")}
            definition = {**copied, **named}
        return _created(request, user, form, definition, "setup/new_service.html")
    status = 422 if form.errors else 200
    return render(request, "setup/new_service.html", {"form": form}, status=status)


@page(Audience.ADMIN)
def import_service(request: HttpRequest, user: User) -> HttpResponse:
    """From a file of another city."""
    form = ImportServiceForm(request.POST or None, request.FILES or None)
    template = "setup/import_service.html"
    if request.method == "POST" and form.is_valid():
        try:
            definition = _unpacked(form.cleaned_data["file"])
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
                         field="file") from wrong  # fmt: skip
    except json.JSONDecodeError as wrong:
        raise RuleBroken(
            f"Berkas ini bukan JSON yang benar: baris {wrong.lineno}, huruf ke-{wrong.colno}. "
            "Unduh lagi dari Balai, atau perbaiki baris itu.",
            field="file",
        ) from wrong
    except (ValueError, RecursionError) as wrong:
        raise RuleBroken("Berkas ini tidak dapat dibaca. Unduh lagi dari Balai.",
                         field="file") from wrong  # fmt: skip
    if not isinstance(found, dict):
        raise RuleBroken(
            "Berkas ini tidak berisi layanan: harus diawali kurung kurawal.", field="file"
        )
    if not explaining.storable(found):
        raise RuleBroken(
            "Berkas ini berisi tanda yang tidak dapat disimpan. Unduh lagi dari Balai.",
            field="file",
        )
    category = found.get("category")
    if isinstance(category, str) and category not in GROUPS:
        raise RuleBroken(
            f"Kelompok “{category[:40]}” tidak dikenal. Pilih salah satu: {', '.join(GROUPS)}.",
            field="file",
        )
    return found


def _created(
    request: HttpRequest, user: User, form: Any, definition: Definition, template: str
) -> HttpResponse:
    """The new service's page, or the form again with what is wrong."""
    try:
        if str(definition.get("slug")) in editing.RESERVED:
            raise RuleBroken("Alamat ini dipakai halaman lain. Isi alamat yang lain.", field="slug")
        service = actions.create_own(definition=definition, by=user, at=now())
    except RuleBroken as broken:
        if isinstance(broken.__cause__, ValueError):
            broken = RuleBroken(broken.message, field="file")
        explain(form, broken)
        return render(request, template, {"form": form}, status=422)
    messages.success(
        request, f"{service.title} dibuat sebagai draf. Lengkapi, terbitkan, lalu buka."
    )
    return redirect("setup-service", service.slug)
