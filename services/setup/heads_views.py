"""Appointing a thousand heads of RT, RW and dusun from one file: upload, look, agree, mend."""

import csv
from collections.abc import Iterable, Iterator

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from services.heads import files
from services.heads.models import HeadsFile, HeadsLine
from services.heads.table import FIELDS, MOST_LINES
from services.residents.imports import repair
from services.setup.forms import TableForm
from services.setup.views import page_of
from services.web.access import today
from tenants.office.queries import vacant_units
from ui.forms import Form, explain
from ui.page import Audience, page

RECENT, SHOWN = 10, 50
State, Line = HeadsFile.State, HeadsLine.State


class HeadsForm(TableForm):
    """A spreadsheet of heads of RT, RW and dusun."""

    file = forms.FileField(
        label="Berkas Ketua RT dan RW",
        help_text=f"XLSX, XLS, ODS, atau CSV; paling banyak {MOST_LINES // 1000}.000 baris dan "
        "12 MB.",
        widget=TableForm.base_fields["file"].widget,
    )


class AcceptForm(Form):
    makes_units = forms.BooleanField(
        label="Buat juga RT, RW, dan dusun yang belum ada", required=False
    )


@page(Audience.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def heads(request: HttpRequest, user: User) -> HttpResponse:
    """Upload a file; what became of the latest ones."""
    form = HeadsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            file = files.upload(name=sent.name or "Berkas", chunks=sent.chunks(), by=user)
        except RuleBroken as refused:
            explain(form, refused)
        else:
            return redirect("setup-heads-file", file.pk)
    context = {
        "fields": FIELDS,
        "files": HeadsFile.objects.select_related("by")[:RECENT],
    }
    return page_of(request, "heads", form, **context)


@page(Audience.ADMIN, support="no")
@require_safe
def heads_file(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """How a file stands, polled by htmx as a part of the page, else by reloading."""
    file = files.get(pk)
    lines = file.lines.select_related("file")
    refused = lines.filter(state=Line.REFUSED).order_by("line")
    doubtful = lines.filter(state=Line.READY).exclude(doubt="").order_by("line")
    is_checked = file.state == State.CHECKED
    counts = file.counts
    ready = max(1, counts.get("ready", 0))
    context = {
        "file": file,
        "counts": counts,
        "read": files.lines_read(file) if file.state == State.READING else 0,
        "percent": min(99, 100 * counts.get("done", 0) // ready),
        "refused": _told(refused[:SHOWN], "reason"),
        "refused_count": refused.count(),
        "doubtful": _told(doubtful[:SHOWN], "doubt") if is_checked else [],
        "doubtful_count": doubtful.count() if is_checked else 0,
    }  # fmt: skip
    part = bool(request.headers.get("HX-Request"))
    form = AcceptForm(initial={"makes_units": True}) if is_checked else None
    return page_of(request, "parts/heads" if part else "heads_file", form, **context)


def _told(lines: Iterable[HeadsLine], what: str) -> list[dict[str, object]]:
    """Lines for a table of problems, with the name that each says."""
    return [
        {"line": one.line, "name": files.name_in(one), "text": getattr(one, what)} for one in lines
    ]


@page(Audience.ADMIN, support="no")
@require_POST
def heads_accept(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Appoint everybody whose line can be done."""
    form = AcceptForm(request.POST)
    makes_units = form.is_valid() and form.cleaned_data["makes_units"]
    files.accept(pk=pk, makes_units=makes_units, by=user)
    return redirect("setup-heads-file", pk)


@page(Audience.ADMIN, support="no")
@require_POST
def heads_cancel(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Stop a file."""
    file = files.cancel(pk=pk, by=user)
    messages.success(request, f"{file.name} dihentikan.")
    return redirect("setup-heads-file", pk)


@page(Audience.ADMIN, support="no")
@require_safe
def heads_refused(request: HttpRequest, user: User, pk: int, kind: str) -> HttpResponseBase:
    """The lines that did not go in, with the reason beside each."""
    file = files.get(pk)
    if not file.lines.filter(state=Line.REFUSED).exists():
        raise NotThere("Daftar baris yang perlu diperbaiki sudah tidak tersimpan.")
    audit.record("heads.refused_read", actor=user, subject="heads_file", subject_id=file.pk)
    if kind == "csv":
        return _csv(repair.as_csv(files.refused(file)), "ketua-rt-perbaiki.csv")
    made = repair.as_xlsx(files.refused(file))
    return FileResponse(made, as_attachment=True, filename="ketua-rt-perbaiki.xlsx")


def _csv(pieces: Iterator[bytes], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@page(Audience.ADMIN)
@require_safe
def heads_example(request: HttpRequest, user: User) -> HttpResponse:
    """A CSV with our headings, and a line for each RT and RW whose head is vacant."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="ketua-rt.csv"'
    table = csv.writer(response, delimiter=";", lineterminator="\r\n")
    table.writerow(FIELDS)
    for unit in vacant_units(today())[:MOST_LINES].iterator(2000):
        row = {"kode_unit": unit.code, "jabatan": unit.head}
        table.writerow(row.get(name, "") for name in FIELDS)
    return response
