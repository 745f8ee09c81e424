"""Lists of statuses that a dinas exported from SIMBG or OSS: uploaded, looked at, written."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.clock import now
from kernel.errors import NotThere
from services.desk.frame import frame
from services.desk.status_forms import ColumnsForm, StatusFileForm
from services.desk.views import posts_of
from services.mall import status_files
from services.mall.models import StatusFile
from services.mall.systems import system_of
from services.web.access import today
from tenants.office.models import Post
from ui.forms import explained
from ui.page import Audience, page

PER_PAGE = 20
State = StatusFile.State


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """Upload a list; what became of the others."""
    user, posts = posts_of(request)
    known = {key: system for key, (system, _) in status_files.systems_at(posts).items()}
    if not known:
        raise NotThere("Daftar SIMBG dan OSS diunggah oleh dinas yang mengurusnya.")
    form = StatusFileForm(known, today(), request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        with explained(form):
            file = status_files.upload(
                system=form.cleaned_data["system"], as_of=form.cleaned_data["as_of"],
                name=sent.name or "Berkas", chunks=sent.chunks(), posts=posts, by=user, at=now(),
            )  # fmt: skip
            return redirect("desk-status-file", file.pk)
    rows = Paginator(status_files.files_of(posts), PER_PAGE).get_page(request.GET.get("page"))
    named = [(row, system_of(row.system).name) for row in rows]
    context = {"form": form, "page": rows, "rows": named, **frame(posts, "status")}
    status = 422 if form.errors else 200
    return render(request, "desk/status/list.html", context, status=status)


def _shown(
    request: HttpRequest, posts: list[Post], pk: int, form: ColumnsForm | None = None
) -> HttpResponse:
    file = status_files.get(pk, posts)
    if form is None and file.state in (State.COLUMNS, State.CHECKED):
        form = ColumnsForm(file)
    context = {
        "file": file, "system": system_of(file.system), "form": form,
        "columns": [(heading, field) for heading, field in file.columns if field],
        "changes": file.counts.get("new", 0) + file.counts.get("changed", 0),
    }  # fmt: skip
    status = 422 if form is not None and form.errors else 200
    if request.headers.get("HX-Request"):
        return render(request, "desk/status/part.html", context, status=status)
    context |= frame(posts, "status")
    return render(request, "desk/status/file.html", context, status=status)


@page(Audience.DESK)
@never_cache
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """How a list stands, polled by htmx as a part of the page, else by reloading."""
    _, posts = posts_of(request)
    return _shown(request, posts, pk)


@page(Audience.DESK)
@require_POST
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what each column is."""
    user, posts = posts_of(request)
    form = ColumnsForm(status_files.get(pk, posts), request.POST)
    if form.is_valid():
        with explained(form):
            status_files.choose_columns(
                pk=pk, fields=form.fields_chosen(), posts=posts, by=user, at=now()
            )
            return redirect("desk-status-file", pk)
    return _shown(request, posts, pk, form)


@page(Audience.DESK)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was checked."""
    user, posts = posts_of(request)
    status_files.accept(pk=pk, posts=posts, by=user, at=now())
    return redirect("desk-status-file", pk)


@page(Audience.DESK)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a list."""
    user, posts = posts_of(request)
    file = status_files.cancel(pk=pk, posts=posts, by=user, at=now())
    messages.success(request, f"{file.name} dibatalkan.")
    return redirect("desk-status")
