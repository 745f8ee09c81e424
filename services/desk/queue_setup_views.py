"""Setting up a waiting room: lines, windows and screens of the own office."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.desk.frame import frame
from services.desk.queue_forms import LineForm, ScreenForm, WindowForm
from services.desk.views import posts_of
from services.queueing import access, arranging, queries, screens
from services.queueing.models import QueueLine
from tenants.office.models import Post, Unit
from ui.forms import Form, explain
from ui.page import Audience, page


def _arranging(request: HttpRequest) -> tuple[User, list[Post], list[Unit]]:
    user, posts = posts_of(request)
    units = access.arranging(posts)
    if not units:
        raise NotThere("Antrean diatur oleh kepala dan petugas loket di kantornya sendiri.")
    return user, posts, units


def _page(
    request: HttpRequest, posts: list[Post], units: list[Unit], failed: Form | None = None
) -> HttpResponse:
    ids = [unit.pk for unit in units]
    lines = list(queries.lines_of(ids))
    windows = list(queries.windows_of(ids))
    names = {line.pk: line.name for line in lines}
    for window in windows:
        window.called = [names[pk] for pk in window.line_ids if pk in names]  # type: ignore[attr-defined]
    context = {
        "units": units,
        "lines": lines,
        "windows": windows,
        "screens": screens.of_offices(ids),
        "window_form": failed
        if isinstance(failed, WindowForm)
        else WindowForm(units=units, lines=lines),
        "screen_form": failed if isinstance(failed, ScreenForm) else ScreenForm(units=units),
        "failed": failed,
        "screen_address": request.build_absolute_uri(reverse("screen")),
        **frame(posts, "antrean"),
    }
    return render(request, "desk/queue/setup.html", context, status=422 if failed else 200)


@page(Audience.DESK)
@never_cache
@require_safe
def setup(request: HttpRequest) -> HttpResponse:
    """Everything about the waiting rooms of the own offices."""
    _, posts, units = _arranging(request)
    return _page(request, posts, units)


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def new_line(request: HttpRequest, unit: int) -> HttpResponse:
    user, posts, units = _arranging(request)
    office = access.unit_among(units, unit)
    form = LineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            arranging.add_line(unit_id=unit, posts=posts, by=user, **_told(form))
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Antrean dibuat.")
            return redirect("desk-queue-setup")
    return _line_page(request, posts, form, office=office)


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def line(request: HttpRequest, pk: int) -> HttpResponse:
    user, posts, units = _arranging(request)
    found = queries.lines_of([unit.pk for unit in units]).filter(pk=pk).first()
    if found is None:
        raise NotThere("Antrean ini tidak ditemukan di kantor Anda.")
    kept = ("name", "services", "opens", "closes", "capacity")
    initial = {"letter": found.prefix, **{key: getattr(found, key) for key in kept}}
    form = LineForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            arranging.change_line(line_id=pk, posts=posts, by=user, **_told(form))
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Antrean tersimpan.")
            return redirect("desk-queue-setup")
    return _line_page(request, posts, form, office=found.unit, line=found)


def _told(form: LineForm) -> dict[str, Any]:
    """What was typed, as the actions call it."""
    told = dict(form.cleaned_data)
    prefix = told.pop("letter")
    return {**told, "prefix": prefix}


def _line_page(
    request: HttpRequest, posts: list[Post], form: Form, *, office: Unit,
    line: QueueLine | None = None,
) -> HttpResponse:  # fmt: skip
    context: dict[str, Any] = {
        "form": form,
        "office": office,
        "line": line,
        **frame(posts, "antrean"),
    }
    return render(request, "desk/queue/line.html", context, status=422 if form.errors else 200)


@page(Audience.DESK)
@require_POST
def close_line(request: HttpRequest, pk: int) -> HttpResponse:
    user, posts, _ = _arranging(request)
    arranging.close_line(line_id=pk, posts=posts, by=user, at=now())
    messages.success(request, "Antrean tidak dipakai lagi.")
    return redirect("desk-queue-setup")


@page(Audience.DESK)
@require_POST
def new_window(request: HttpRequest) -> HttpResponse:
    user, posts, units = _arranging(request)
    lines = list(queries.lines_of([unit.pk for unit in units]))
    form = WindowForm(request.POST, units=units, lines=lines)
    if not form.is_valid():
        return _page(request, posts, units, form)
    try:
        arranging.add_window(
            unit_id=form.cleaned_data["unit"], name=form.cleaned_data["name"],
            line_ids=form.cleaned_data["lines"], posts=posts, by=user,
        )  # fmt: skip
    except RuleBroken as broken:
        explain(form, broken)
        return _page(request, posts, units, form)
    messages.success(request, "Loket dibuat.")
    return redirect("desk-queue-setup")


@page(Audience.DESK)
@require_POST
def close_window(request: HttpRequest, pk: int) -> HttpResponse:
    user, posts, _ = _arranging(request)
    arranging.close_window(window_id=pk, posts=posts, by=user, at=now())
    messages.success(request, "Loket tidak dipakai lagi.")
    return redirect("desk-queue-setup")


@page(Audience.DESK)
@never_cache
@require_POST
def new_screen(request: HttpRequest) -> HttpResponse:
    """A code to type on the screen, shown once."""
    user, posts, units = _arranging(request)
    form = ScreenForm(request.POST, units=units)
    if not form.is_valid():
        return _page(request, posts, units, form)
    try:
        made, code = screens.make(
            unit_id=form.cleaned_data["unit"], name=form.cleaned_data["name"], posts=posts,
            by=user, at=now(),
        )  # fmt: skip
    except RuleBroken as broken:
        explain(form, broken)
        return _page(request, posts, units, form)
    context = {
        "screen": made, "code": f"{code[:4]}-{code[4:]}",
        "address": request.build_absolute_uri(reverse("screen")), **frame(posts, "antrean"),
    }  # fmt: skip
    return render(request, "desk/queue/screen_code.html", context)


@page(Audience.DESK)
@require_POST
def end_screen(request: HttpRequest, pk: int) -> HttpResponse:
    user, posts, _ = _arranging(request)
    screens.end(screen_id=pk, posts=posts, by=user, at=now())
    messages.success(request, "Layar dilepas. Layarnya tidak menampilkan nomor lagi.")
    return redirect("desk-queue-setup")
