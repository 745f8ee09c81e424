"""Appointments at the counter: who is promised which time, who came; and when there are times."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kernel.clock import now
from kernel.errors import NotThere
from kernel.ids import row_id
from services.desk.frame import frame
from services.desk.queue_forms import DayWithoutForm, SlotsForm
from services.desk.queue_views import at_counter
from services.desk.views import posts_of
from services.queueing import access, appointments, arranging, queries
from services.queueing.models import DayWithout, QueueLine, SlotRule
from services.web.access import today
from tenants.office.models import Post
from tenants.office.service_hours import WEEKDAYS
from ui.forms import Form, explained
from ui.page import Audience, page


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def of_day(request: HttpRequest) -> HttpResponse:
    """Who has an appointment today, by time; whoever came gets a number."""
    user, posts, units = at_counter(request)
    if request.method == "POST":
        ticket = appointments.arrive(
            appointment_id=row_id(request.POST.get("appointment", "")), by=user, at=now(),
            today=today(), posts=posts,
        )  # fmt: skip
        return redirect("desk-queue-slip", ticket.pk)
    found = appointments.of_day([unit.pk for unit in units], today())
    context = {"appointments": found, "today": today(), **frame(posts, "antrean")}
    return render(request, "desk/queue/appointments.html", context)


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def slots(request: HttpRequest, pk: int) -> HttpResponse:
    """When a line takes appointments, and the days on which it takes none."""
    user, posts = posts_of(request)
    units = [unit.pk for unit in access.arranging(posts)]
    line = queries.lines_of(units).filter(pk=pk).first()
    if line is None:
        raise NotThere("Antrean ini tidak ditemukan di kantor Anda.")
    chosen = request.POST.get("do", "")
    sent = request.POST if request.method == "POST" else None
    forms: dict[str, Form] = {
        "slots": SlotsForm(sent if chosen == "slots" else None, auto_id="id_%s_slots"),
        "without": DayWithoutForm(sent if chosen == "without" else None, auto_id="id_%s_day"),
    }
    failed = None
    if sent is not None and chosen in forms:
        form = forms[chosen]
        if form.is_valid():
            with explained(form):
                if chosen == "slots":
                    outside = arranging.add_slots(
                        line_id=pk, posts=posts, by=user, **form.cleaned_data
                    )  # fmt: skip
                    messages.success(request, "Jam janji tersimpan.")
                    _warn_of(request, outside)
                else:
                    told = arranging.add_day_without(
                        line_id=pk, posts=posts, by=user, at=now(), today=today(),
                        **form.cleaned_data,
                    )  # fmt: skip
                    messages.success(
                        request, f"Hari tanpa janji tersimpan; {told} janji dibatalkan."
                    )
                return redirect("desk-queue-slots", pk)
        failed = form
    elif sent is not None:
        number = row_id(request.POST.get("row", ""))
        if chosen == "remove-slots":
            arranging.remove_slots(rule_id=number, line_id=pk, posts=posts, by=user)
        elif chosen == "remove-day":
            arranging.remove_day_without(row_id=number, line_id=pk, posts=posts, by=user)
        return redirect("desk-queue-slots", pk)
    return _slots_page(request, posts, line, forms, failed)


def _warn_of(request: HttpRequest, outside: list[int]) -> None:
    """Times at which the office is closed are kept: it may open for them. Whoever arranges them
    knows."""
    if outside:
        days = ", ".join(WEEKDAYS[day] for day in outside)
        messages.warning(
            request,
            f"Sebagian jam itu di luar jam buka kantor ({days}). Pastikan ada petugas yang "
            "menerima, atau ubah jam janjinya.",
        )


def _slots_page(
    request: HttpRequest, posts: list[Post], line: QueueLine, forms: dict[str, Form],
    failed: Form | None,
) -> HttpResponse:  # fmt: skip
    rules = list(SlotRule.objects.filter(line=line))
    context = {
        "line": line,
        "rules": [(WEEKDAYS[rule.weekday], rule) for rule in rules],
        "days": DayWithout.objects.filter(line=line, day__gte=today()),
        "slots_form": forms["slots"], "day_form": forms["without"], "failed": failed,
        **frame(posts, "antrean"),
    }  # fmt: skip
    return render(request, "desk/queue/slots.html", context, status=422 if failed else 200)
