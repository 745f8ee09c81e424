"""Monthly reports of the RT of a kelurahan: who sent, who did not, and the sums."""

import csv
import io
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kernel.errors import NotThere
from kernel.tables import as_text
from kernel.tanggal import MONTHS
from services.desk.frame import frame
from services.desk.people_views import seeing
from services.neighbourhood import groups, monthly
from services.web.access import today
from services.web.files import send
from tenants.office.models import Unit
from tenants.office.queries import vouched_units
from tenants.registry.current import city
from ui.forms import Form, is_near
from ui.page import Audience, page


class MonthForm(Form):
    """Which month is shown."""

    month = forms.ChoiceField(label="Bulan")

    def __init__(self, *args: Any, months: list[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["month"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(f"{m:%Y-%m}", f"{MONTHS[m.month - 1]} {m.year}") for m in months]


def _month(text: str) -> date:
    """``2026-11`` as its first day; the month that is due where the text names none."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return monthly.due_month(today())
    return found if is_near(found) else monthly.due_month(today())


@page(Audience.DESK)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Every RT with its report of the month, those without one first, and the sums of each
    kelurahan."""
    _, posts, areas = seeing(request)
    month = _month(request.GET.get("month", ""))
    lines = monthly.board(areas, month)
    months = monthly.open_months(today())
    form = MonthForm(initial={"month": f"{month:%Y-%m}"}, months=months)
    context = {
        **frame(posts, "bulanan"), "form": form,
        "month": month, "lines": lines[:MOST],
        "more": max(0, len(lines) - MOST), "sent": sum(1 for line in lines if line.report),
        "nil": sum(1 for line in lines if line.report and line.report.is_nil),
        "heads": "|".join(["Wilayah", *(f"#{label}" for _, label in monthly.COLUMNS)]),
        "sums": monthly.by_village(lines), "all": len(lines),
    }  # fmt: skip
    return render(request, "desk/monthly.html", context)


MOST = 200  # lines of a page; the file holds all


@page(Audience.DESK)
@require_GET
def download(request: HttpRequest) -> HttpResponse:
    """The same as a spreadsheet."""
    _, _, areas = seeing(request)
    month = _month(request.GET.get("month", ""))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    labels = [label for _, label in monthly.COLUMNS]
    writer.writerow(["Kode", "RT", "Terkirim", "Nihil", *labels])
    for line in monthly.board(areas, month):
        report = line.report
        known = [as_text(line.unit.code), as_text(line.unit.name)]
        if report is None:
            writer.writerow([*known, "", "", *("" for _ in labels)])
        else:
            nil = "ya" if report.is_nil else "tidak"
            day = f"{report.sent_at.astimezone(city().tz):%Y-%m-%d}"
            writer.writerow([*known, day, nil, *monthly.numbers(report)])
    return send(
        out.getvalue().encode("utf-8-sig"), media_type="text/csv", download=True,
        name=f"laporan-rt-{month:%Y-%m}.csv",
    )  # fmt: skip


@page(Audience.DESK)
@require_GET
def one(request: HttpRequest, pk: int, text: str) -> HttpResponse:
    """The report of one RT as it was sent, with what came before."""
    _, posts, areas = seeing(request)
    month = _month(text)
    unit = _unit(areas, pk)
    versions = list(monthly.versions(unit, month))
    if not versions:
        raise NotThere("Laporan bulan ini belum dikirim.")
    figures = versions[0].figures
    context = {
        **frame(posts, "bulanan"), "unit": unit,
        "month": month, "versions": versions, "figures": figures, "is_nil": versions[0].is_nil,
        "happened": [(label, figures[name]) for name, label in monthly.COLUMNS[3:]],
        "groups": [(g.name, figures["groups"].get(n, 0)) for n, g in groups.GROUPS.items()],
    }  # fmt: skip
    return render(request, "desk/monthly_one.html", context)


def _unit(areas: list[str], pk: int) -> Unit:
    found = vouched_units().filter(monthly.lies_in_areas(areas), pk=pk).first()
    if found is None:
        raise NotThere("RT ini tidak ada di wilayah Anda.")
    return found
