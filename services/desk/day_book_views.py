"""The day book of an office that takes fees, and the file for the regional finance system."""

import csv
import io
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.tables import as_text
from services.desk.fee_forms import DayForm, PeriodForm
from services.desk.fee_views import treasury
from services.desk.frame import frame
from services.payments import collecting, day_book, day_book_pdf
from services.records.spreadsheets import MEDIA_TYPE
from services.web.access import today
from services.web.files import send
from tenants.office.models import Post, Unit
from ui.page import Audience, page

MOST_DAYS = 366  # of one file


def _written(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def _chosen(request: HttpRequest, posts: list[Post]) -> tuple[Unit, date, DayForm]:
    """The office and day that were asked for; the first office and today where none was."""
    units = collecting.overseen(posts)
    names = [(unit.pk, unit.name) for unit in units]
    initial = {"unit": units[0].pk, "day": _written(today())}
    typed = {**initial, **{key: request.GET[key] for key in initial if key in request.GET}}
    form = DayForm(typed, units=names)
    if not form.is_valid():
        return units[0], today(), form
    unit = next(unit for unit in units if unit.pk == form.cleaned_data["unit"])
    return unit, form.cleaned_data["day"] or today(), form


@page(Audience.DESK)
@require_GET
def book(request: HttpRequest) -> HttpResponse:
    """What came and went back on a day, with the sums before and after."""
    _, posts = treasury(request)
    unit, day, form = _chosen(request, posts)
    found = day_book.day_of(unit, day)
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    first = day.replace(day=1)
    context = {
        **frame(posts, "retribusi"), "form": form, "found": found, "unit": unit, "day": day,
        "typed": _written(day), "before": _written(before),
        "after": _written(after) if after <= today() else "",
        "period": PeriodForm(initial={"first": _written(first), "last": _written(day)}),
    }  # fmt: skip
    return render(request, "desk/day_book.html", context)


@page(Audience.DESK)
@require_GET
def printed(request: HttpRequest) -> HttpResponse:
    """The same as PDF."""
    user, posts = treasury(request)
    unit, day, _ = _chosen(request, posts)
    title = next((post.title for post in posts if post.unit_id == unit.pk), "")
    pdf = day_book_pdf.as_pdf(day_book.day_of(unit, day), name=user.name, title=title, at=now())
    name = f"buku-harian-{day:%Y-%m-%d}.pdf"
    return send(pdf, media_type="application/pdf", name=name, download=False)


@page(Audience.DESK)
@require_GET
def exported(request: HttpRequest, kind: str) -> HttpResponse:
    """Receipts and refunds of some days, for the regional finance system: CSV or XLSX."""
    user, posts = treasury(request)
    units = collecting.overseen(posts)
    form = PeriodForm(request.GET)
    if not form.is_valid():
        raise RuleBroken("Tulis tanggal awal dan akhirnya, misalnya 01-11-2026.")
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    if last < first:
        raise RuleBroken("Tanggal akhirnya sebelum tanggal awal. Tukar keduanya.")
    if (last - first).days > MOST_DAYS:
        raise RuleBroken("Paling banyak satu tahun dalam satu berkas. Ambil sebagian-sebagian.")
    if kind not in ("csv", "xlsx"):
        raise NotThere
    rows = [day_book.cells(row) for row in day_book.rows(units, first, last)]
    audit.record("fee.exported", actor=user, subject="fees", subject_id=f"{first}..{last}")
    name = f"penerimaan-{first:%Y%m%d}-{last:%Y%m%d}.{kind}"
    if kind == "csv":
        return send(_csv(rows), media_type="text/csv", name=name, download=True)
    return send(_xlsx(rows), media_type=MEDIA_TYPE, name=name, download=True)


def _csv(rows: list[list[str | int]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(day_book.HEADS)
    writer.writerows([as_text(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(rows: list[list[str | int]]) -> bytes:
    import xlsxwriter  # slow to import: not at the start of every process

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Penerimaan")
        rupiah = book.add_format({"num_format": "#,##0"})
        sheet.write_row(0, 0, day_book.HEADS)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell, rupiah)
                else:
                    sheet.write_string(number, column, cell)
        sheet.autofit()
    return out.getvalue()
