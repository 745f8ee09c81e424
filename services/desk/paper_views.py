"""Old registers at the desk: looked up by number, typed by hand, imported from a spreadsheet."""

import csv
import io

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.clock import now
from kernel.errors import NotThere
from kernel.ids import row_id
from services.desk.record_archive_forms import PaperForm, UploadForm
from services.desk.record_forms import ScanForm, send_scan
from services.desk.record_frame import PartForm, Reader, TextForm, page_number, part, reader, typed
from services.desk.result_forms import read
from services.inbox.lists import PER_PAGE, Slice, Total
from services.records import paper_files, papers, spreadsheets
from services.records.access import NOT_YOURS
from services.records.models import ArchiveItem, PaperImport, PaperRecord
from services.web.access import today
from services.web.files import send
from ui.forms import Form, explained
from ui.page import Audience, page

RECENT = 20


@page(Audience.OFFICE, when_suspended="open")
@never_cache
@sensitive_post_parameters("q")
@require_http_methods(["GET", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """Lines of old registers; a form finds them by number, name or words."""
    who = reader(request)
    asked = part(request, "lama", reach=who.reach, every_office=True)
    said = request.POST if request.method == "POST" else request.GET
    kind = said.get("kind", "") if said.get("kind", "") in papers.KINDS else ""
    units = [asked.unit] if asked.unit else None if who.reach.whole_city else who.reach.ids
    number = page_number(request) if not asked.text else 1
    start = (number - 1) * PER_PAGE
    found = papers.lines(units, kind=kind, text=asked.text)
    rows = list(found[start : start + PER_PAGE + 1])
    fields = {**typed(asked), "kind": kind}
    form = PartForm(fields, reach=who.reach, every_office=True, paper_kinds=True)
    context = {
        **who.context, "asked": asked, "typed": fields, "form": form,
        "text_form": TextForm({"q": asked.text}),
        "page": Slice(rows[:PER_PAGE], number, len(rows) > PER_PAGE, Total(None)),
        "names": {unit.pk: unit.name for unit in who.reach.units} if not asked.unit else {},
    }  # fmt: skip
    return render(request, "desk/records/papers.html", context)


@page(Audience.OFFICE)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Type a line."""
    who = reader(request)
    if not who.reach.own:
        raise NotThere("Register lama dicatat oleh petugas kantornya.")
    form = PaperForm(request.POST or None, request.FILES or None, reach=who.reach)
    if request.method == "POST" and form.is_valid():
        file = read(form, "file")
        if not form.errors:
            with explained(form):
                record = papers.note(
                    unit_id=row_id(form.cleaned_data["unit"]), told=form.told(), file=file,
                    reach=who.reach, by=who.user, at=now(), today=today(),
                )  # fmt: skip
                messages.success(request, "Baris register lama disimpan.")
                return redirect("desk-book-paper", record.pk)
    context = {**who.context, "form": form, "record": None}
    status = 422 if form.errors else 200
    return render(request, "desk/records/paper_new.html", context, status=status)


def _record(request: HttpRequest, pk: int) -> tuple[Reader, PaperRecord]:
    who = reader(request)
    found = papers.get(pk, who.reach.ids)
    if found is None:
        raise NotThere(NOT_YOURS)
    return who, found


def _page(request: HttpRequest, pk: int, failed: Form | None = None) -> HttpResponse:
    who, record = _record(request, pk)
    item = ArchiveItem.objects.filter(paper=record).first()
    is_destroyed = item is not None and item.destroyed_at is not None
    context = {
        **who.context, "record": record, "failed": failed, "item": item,
        "writes": who.reach.writes(record.unit_id) and not is_destroyed,
        "scan_form": failed or ScanForm(),
    }  # fmt: skip
    status = 422 if failed is not None else 200
    return render(request, "desk/records/paper.html", context, status=status)


@page(Audience.OFFICE)
@never_cache
@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """One line of an old register, with its scans."""
    return _page(request, pk)


@page(Audience.OFFICE)
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a line."""
    who, found = _record(request, pk)
    if not who.reach.writes(found.unit_id):
        raise NotThere(NOT_YOURS)
    initial = {
        name: getattr(found, name)
        for name in ("kind", "book", "number", "year", "name", "address", "about", "code", "note")
    }
    initial["day"] = f"{found.day:%d-%m-%Y}" if found.day else ""
    form = PaperForm(request.POST or None, reach=who.reach, is_new=False, initial=initial)
    if request.method == "POST" and form.is_valid():
        with explained(form):
            papers.correct(
                record_id=pk, told=form.told(), reach=who.reach, by=who.user, at=now(),
                today=today(),
            )  # fmt: skip
            messages.success(request, "Perbaikannya disimpan.")
            return redirect("desk-book-paper", pk)
    context = {**who.context, "form": form, "record": found}
    status = 422 if form.errors else 200
    return render(request, "desk/records/paper_new.html", context, status=status)


@page(Audience.OFFICE)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """A line that was typed by mistake goes."""
    who, _ = _record(request, pk)
    papers.remove(record_id=pk, reach=who.reach, by=who.user)
    messages.success(request, "Baris itu dihapus.")
    return redirect("desk-book-papers")


@page(Audience.OFFICE)
@require_POST
def add_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep another scan."""
    who, _ = _record(request, pk)
    form = ScanForm(request.POST, request.FILES)
    sent = form.sent()
    if sent is not None:
        file, name = sent
        with explained(form):
            papers.add_scan(
                record_id=pk, file=file, name=name, reach=who.reach, by=who.user, at=now()
            )
            messages.success(request, "Pindaian disimpan.")
            return redirect("desk-book-paper", pk)
    return _page(request, pk, form)


@page(Audience.OFFICE)
@never_cache
@require_safe
def scan(request: HttpRequest, pk: int, scan: int) -> HttpResponse:
    """One scan."""
    _, found = _record(request, pk)
    return send_scan(found.scans.all(), scan)


# --- spreadsheets -------------------------------------------------------------------------------


@page(Audience.OFFICE)
@never_cache
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The files of old registers of the own offices; another one is uploaded here."""
    who = reader(request)
    if not who.reach.own:
        raise NotThere("Register lama dicatat oleh petugas kantornya.")
    form = UploadForm(request.POST or None, request.FILES or None, reach=who.reach)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        with explained(form):
            made = paper_files.upload(
                unit_id=row_id(form.cleaned_data["unit"]), kind=form.cleaned_data["kind"],
                book=form.cleaned_data["book"], name=sent.name or "", chunks=sent.chunks(),
                reach=who.reach, by=who.user, at=now(),
            )  # fmt: skip
            return redirect("desk-book-paper-import", made.pk)
    rows = PaperImport.objects.filter(unit__in=[unit.pk for unit in who.reach.own])
    context = {
        **who.context, "form": form, "files": rows.select_related("unit", "by")[:RECENT],
        "fields": paper_files.FIELDS, "required": paper_files.REQUIRED,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "desk/records/paper_imports.html", context, status=status)


@page(Audience.OFFICE)
@never_cache
@require_safe
def paper_import(request: HttpRequest, pk: int) -> HttpResponse:
    """How a file stands: its faults by line and column before anything is written."""
    who = reader(request)
    found = paper_files.get(pk, who.reach)
    shown = Paginator(found.faults, 50).get_page(request.GET.get("page"))
    context = {
        **who.context, "file": found, "page": shown, "most": paper_files.MOST_FAULTS,
        "listed": len(found.faults),
    }  # fmt: skip
    is_part = bool(request.headers.get("HX-Request"))
    name = "paper_import_state" if is_part else "paper_import"
    return render(request, f"desk/records/{name}.html", context)


@page(Audience.OFFICE)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the lines without a fault."""
    who = reader(request)
    paper_files.accept(pk=pk, reach=who.reach, by=who.user)
    return redirect("desk-book-paper-import", pk)


@page(Audience.OFFICE)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a file of which nothing was written."""
    who = reader(request)
    paper_files.cancel(pk=pk, reach=who.reach, by=who.user)
    messages.success(request, "Berkas dibatalkan. Tidak ada baris yang dimasukkan.")
    return redirect("desk-book-paper-imports")


@page(Audience.OFFICE)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back every line of a file."""
    who = reader(request)
    count = paper_files.undo(pk=pk, reach=who.reach, by=who.user)
    messages.success(request, f"{count} baris ditarik kembali.")
    return redirect("desk-book-paper-import", pk)


@page(Audience.OFFICE)
@require_safe
def template(request: HttpRequest, format: str) -> HttpResponse:
    """An empty table with our headings and one example."""
    heads = list(paper_files.FIELDS)
    if format == "csv":
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerows([heads, paper_files.EXAMPLE])
        content, media_type = out.getvalue().encode("utf-8-sig"), "text/csv"
    elif format == "xlsx":
        content = spreadsheets.example("Register lama", heads, paper_files.EXAMPLE)
        media_type = spreadsheets.MEDIA_TYPE
    else:
        raise NotThere
    return send(content, media_type=media_type, name=f"register-lama.{format}", download=True)
