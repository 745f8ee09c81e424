"""The register of residents: its size, and importing a spreadsheet."""

import csv
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from services.applications.preview import town_name
from services.residents.imports import arriving, columns, repair, runs, values
from services.residents.models import Household, ImportRun, Person
from services.setup import import_page
from services.setup.import_forms import (
    PIECE,
    AcceptForm,
    ColumnsForm,
    ImportForm,
    PieceForm,
    SentForm,
    SheetForm,
)
from services.setup.views import page_of
from tenants.registry import regions
from tenants.registry.current import city
from ui.forms import explain
from ui.page import Audience, page

State = ImportRun.State
RECENT = 10  # imports on the page
EXAMPLE = {  # birthplace and kelurahan are the city's own
    "nik": "CONTOH (hapus baris ini)", "kk_number": "6474010101100045", "name": "Siti Aminah",
    "sex": "Perempuan", "birth_date": "14-03-1989", "address": "Jalan Melati 7", "rt": "001",
    "rw": "002", "religion": "Islam", "marital": "Kawin", "relation": "Istri",
    "education": "SLTA/sederajat", "occupation": "Wiraswasta", "citizenship": "WNI",
    "resident_since": "01-02-2010", "status": "Hidup",
}  # fmt: skip


@page(Audience.ADMIN)
def residents(request: HttpRequest, user: User) -> HttpResponse:
    """The register's size, taking a spreadsheet in, and the latest imports."""
    kind = SentForm if request.POST.get("run") else ImportForm
    form = kind(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = _taken(form.cleaned_data, user)
        except RuleBroken as refused:
            explain(form, refused)
        else:
            return redirect("setup-import", run.pk)
    context = {
        "people": Person.objects.living_here().count(),
        "households": Household.objects.count(),
        "columns": columns.COLUMNS.values(),
        "choices": {columns.HEADINGS[name]: found for name, found in values.CHOICES.items()},
        "runs": ImportRun.objects.select_related("by")[:RECENT],
        "under_way": runs.under_way(),
        "piece": PIECE,
    }
    return page_of(request, "residents", form, **context)


def _taken(typed: dict[str, Any], user: User) -> ImportRun:
    """The import of a file that was sent whole, or in pieces before."""
    if "run" in typed:  # of a SentForm
        return arriving.received(run_id=typed["run"], facts_on=typed["facts_on"], by=user)
    file = typed["file"]
    return arriving.upload(
        name=file.name or "Berkas", size=file.size or 0, chunks=file.chunks(),
        facts_on=typed["facts_on"], by=user,
    )  # fmt: skip


@page(Audience.ADMIN, support="no")
@require_POST
def import_piece(request: HttpRequest, user: User) -> HttpResponse:
    """One piece of a file that is too large for a request; answered to the page's script."""
    form = PieceForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise RuleBroken("Unggahan ini terputus. Muat ulang halamannya, lalu unggah lagi.")
        run = arriving.receive(
            run_id=form.cleaned_data["run"], number=form.cleaned_data["number"],
            name=form.cleaned_data["name"], content=form.cleaned_data["piece"], by=user,
        )  # fmt: skip
    except RuleBroken as refused:
        return JsonResponse({"error": refused.message}, status=refused.status)
    return JsonResponse({"run": run.pk})


@page(Audience.ADMIN, support="no")
@require_safe
def residents_import(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """How an import stands, polled by htmx as a part of the page, else by reloading."""
    run = runs.get(pk)
    if run.state == State.MAPPING:
        return redirect("setup-import-columns", pk)
    part = bool(request.headers.get("HX-Request"))
    form = AcceptForm(counts=run.counts) if run.state == State.CHECKED else None
    context = import_page.context_of(run, user)
    return page_of(request, "parts/import" if part else "import", form, **context)


@page(Audience.ADMIN, support="no")
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """What each column of the file is."""
    run = runs.get(pk)
    if run.state != State.MAPPING:
        return redirect("setup-import", pk)
    sheets = runs.shown_sheets(run)
    chosen = request.POST if "sheet" in request.POST else None
    sheet_form = SheetForm(chosen, sheets=sheets, run=run)
    if chosen is not None and sheet_form.is_valid():
        runs.choose_sheet(run_id=pk, **sheet_form.cleaned_data)
        return redirect("setup-import-columns", pk)
    typed = request.POST if request.method == "POST" and chosen is None else None
    form = ColumnsForm(typed, run=run)
    if typed is not None and form.is_valid():
        try:
            runs.choose_columns(
                run_id=pk, chosen=form.chosen(), village=form.cleaned_data["village"], by=user
            )
        except RuleBroken as refused:
            explain(form, refused)
        else:
            return redirect("setup-import", pk)
    return page_of(
        request, "import_columns", form, run=run, sheet_form=sheet_form,
        missing=runs.missing_columns(run), example=import_page.first_rows(run),
    )  # fmt: skip


@page(Audience.ADMIN, support="no")
@require_POST
def import_accept(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Write what was checked."""
    run = runs.get(pk)
    form = AcceptForm(request.POST, counts=run.counts)
    if not form.is_valid():
        raise NotThere
    runs.accept(run_id=pk, kinds=form.cleaned_data["accepted"], by=user)
    return redirect("setup-import", pk)


@page(Audience.ADMIN, support="no")
@require_POST
def import_cancel(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Stop an import."""
    run = runs.cancel(run_id=pk, by=user)
    messages.success(request, f"Impor {run.name} dihentikan.")
    return redirect("setup-import", pk)


@page(Audience.ADMIN, support="no")
@require_POST
def import_undo(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Give back what an import brought."""
    runs.undo(run_id=pk, by=user)
    return redirect("setup-import", pk)


@page(Audience.ADMIN, support="no")
@require_safe
def import_repair(request: HttpRequest, user: User, pk: int, kind: str) -> HttpResponseBase:
    """The lines that do not go in, with the reason beside each, to be mended and uploaded."""
    run = runs.get(pk)
    if not run.repair_path:
        raise NotThere("Daftar baris yang perlu diperbaiki sudah tidak tersimpan.")
    audit.record("residents.import_repair_read", actor=user, subject="import", subject_id=run.pk)
    if kind == "csv":
        return _download(repair.as_csv(repair.kept(run)), "penduduk-perbaiki.csv")
    made = repair.as_xlsx(repair.kept(run))
    return FileResponse(made, as_attachment=True, filename="penduduk-perbaiki.xlsx")


def _download(pieces: Iterable[bytes], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@page(Audience.ADMIN)
@require_safe
def residents_template(request: HttpRequest, user: User) -> HttpResponse:
    """A CSV with the headings we know best and an example."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="penduduk.csv"'
    table = csv.writer(response, delimiter=";", lineterminator="\r\n")
    village = regions.villages(city().code)[0]
    example = {**EXAMPLE, "birth_place": town_name(), "village": village.code}
    table.writerow(columns.HEADINGS.values())
    table.writerow(example.get(name, "") for name in columns.HEADINGS)
    return response
