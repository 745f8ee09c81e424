"""The monthly report of the own RT: what it says, and sending it with one press."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from kernel.clock import now
from kernel.errors import NotThere
from services.neighbourhood import areas, groups, monthly
from services.web.access import today
from tenants.office.access import visitor
from ui.page import Audience, page

SHOWN = 6  # months in the list


@page(Audience.VOUCHER)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The last months: what was sent, and what was not. Of an RW, those of its RT."""
    posts = visitor(request).vouching
    units = list(areas.reporting_units(posts)[:60])
    due = monthly.due_month(today())
    months = monthly.open_months(today())[:SHOWN] if len(units) == 1 else [due]
    lines = [
        (unit, month, found.get(unit.pk))
        for month in months
        for found in [monthly.of_units(units, month)]
        for unit in units
    ]
    context = {"posts": posts, "lines": lines, "due": due}
    return render(request, "rt/book/monthly.html", context)


def month_of(text: str) -> date:
    """``2026-11`` as its first day. Raises NotThere."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotThere("Bulan ini tidak ada.") from None
    if not 2000 <= found.year < 2100:
        raise NotThere("Bulan ini tidak ada.")
    return found


@page(Audience.VOUCHER)
@never_cache
@require_http_methods(["GET", "POST"])
def month(request: HttpRequest, pk: int, text: str) -> HttpResponse:
    """One month's report of one unit."""
    who = visitor(request)
    unit = areas.reporting_units(who.vouching).filter(pk=pk).first()
    if unit is None:
        raise NotThere("Laporan ini bukan untuk wilayah Anda.")
    wanted = month_of(text)
    if request.method == "POST":
        sent = monthly.send(
            unit=unit, month=wanted, posts=who.vouching, by=who.user, at=now(), today=today()
        )
        nil = " NIHIL" if sent.is_nil else ""
        messages.success(request, f"Laporan{nil} terkirim. Terima kasih.")
        return redirect("rt-monthly-month", pk, text)
    is_open = wanted in monthly.open_months(today())
    sent_before = monthly.newest(unit, wanted)
    found = monthly.figures(unit, wanted, today=today()) if is_open else None
    changed = bool(sent_before and found and monthly.differs(sent_before.figures, found))
    shown = found if found and (sent_before is None or changed) else None
    figures = shown or (sent_before.figures if sent_before else None)
    if figures is None:
        raise NotThere("Laporan bulan ini tidak pernah dikirim.")
    is_left = areas.is_left_to(who.vouching, unit, today())
    context = {
        "unit": unit, "month": wanted, "sent": sent_before, "changed": changed,
        "can_send": shown is not None and is_left, "is_left": is_left, "figures": figures,
        "is_nil": monthly.is_nil(figures),
        "happened": [(label, figures[name]) for name, label in monthly.COLUMNS[3:]],
        "groups": [(g.name, figures["groups"].get(n, 0)) for n, g in groups.GROUPS.items()],
    }  # fmt: skip
    return render(request, "rt/book/month.html", context)
