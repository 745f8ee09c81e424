"""The tiles of the mall: which are shown, what they say, and the city's own."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from kernel.clock import now
from services.mall import actions, queries
from services.setup import editing
from services.setup.mall_forms import NewTileForm, TileForm
from services.setup.views import page_of
from ui.forms import explained
from ui.page import Audience, page

KINDS = {"link": "external-link", "appointment": "calendar-clock"}


@page(Audience.ADMIN)
@require_http_methods(["GET", "POST"])
def tiles(request: HttpRequest, user: User) -> HttpResponse:
    """Every tile, whether residents see it, and why not."""
    if request.method == "POST":
        tile, is_on = queries.one(request.POST.get("tile", "")), request.POST.get("on") == "ya"
        actions.switch(slug=tile.slug, is_on=is_on, by=user, at=now())
        if is_on and tile.missing:
            said = f"{tile.title} dinyalakan, tetapi belum tampil: {tile.missing}."
            messages.warning(request, said)
        else:
            said = "ditampilkan kepada warga" if is_on else "tidak ditampilkan lagi"
            messages.success(request, f"{tile.title} {said}.")
        return redirect("setup-mall")
    return page_of(request, "mall", tiles=queries.every())


@page(Audience.ADMIN)
@require_http_methods(["GET", "POST"])
def tile(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """What one tile says here."""
    found = queries.one(slug)
    initial = {**found.spec.model_dump(), "unit": found.unit, "line": found.line}
    form = TileForm(found.spec.kind, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with explained(form):
            actions.change(
                slug=slug, typed=form.typed(), unit=form.cleaned_data["unit"],
                line=form.cleaned_data.get("line"), by=user, at=now(),
            )  # fmt: skip
            messages.success(request, f"{form.cleaned_data['title']} tersimpan.")
            return redirect("setup-mall")
    context = {"form": form, "tile": found}
    return render(request, "setup/mall_tile.html", context, status=422 if form.errors else 200)


@page(Audience.ADMIN)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, user: User) -> HttpResponse:
    """A tile of the city's own: its kind first, then what it says."""
    kind = NewTileForm(request.GET if "kind" in request.GET else None)
    if not kind.is_valid():
        return render(request, "setup/mall_new.html", {"form": kind})
    chosen = kind.cleaned_data["kind"]
    form = TileForm(chosen, request.POST or None, initial={"category": "umum"})
    if request.method == "POST" and form.is_valid():
        typed = {**form.typed(), "kind": chosen, "icon": KINDS[chosen]}
        with explained(form):
            made = actions.create(
                slug=editing.new_slug(typed["title"]), typed=typed, by=user, at=now(),
                unit=form.cleaned_data["unit"], line=form.cleaned_data.get("line"),
            )  # fmt: skip
            messages.success(request, f"{typed['title']} dibuat.")
            return redirect("setup-mall-tile", made.slug)
    context = {"form": form, "tile": None}
    return render(request, "setup/mall_tile.html", context, status=422 if form.errors else 200)


@page(Audience.ADMIN)
@require_POST
def remove(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """Remove a tile of the city's own; a shipped one is as it was shipped again."""
    found = queries.one(slug)
    actions.remove(slug=slug, by=user)
    said = "dihapus" if found.is_own else "kembali seperti bawaan"
    messages.success(request, f"{found.title} {said}.")
    return redirect("setup-mall")
