"""Appointments at the offices around a resident: booked, moved and given up on the phone."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.once import reading_once
from services.portal.forms import WhomForm
from services.queueing import appointments, queries, slots, tickets
from services.queueing.models import Appointment, QueueLine
from services.residents.models import Person
from services.web.access import resident, today
from ui.page import Audience, page

WRONG_TIME = gettext_noop("Jam ini tidak tersedia. Pilih jam lain.")


def _own_line(person: Person, pk: int) -> QueueLine:
    found = next((one for one in queries.lines_for(person) if one.pk == pk), None)
    if found is None:
        raise NotThere(tickets.NO_LINE)
    return found


def _asker(request: HttpRequest) -> tuple[User, list[Person]]:
    """Who asks, and for whom they may: themselves first."""
    user, person = resident(request)
    return user, appointments.may_book_for(person, today())


def _shown(
    request: HttpRequest, line: QueueLine, people: list[Person], problem: str = "",
    moving: Appointment | None = None,
) -> HttpResponse:  # fmt: skip
    """The days with times that are free; of one day, its times."""
    days = slots.days_ahead(today())
    chosen = _day(request.GET.get("hari", ""))
    found = appointments.free_of(line, [chosen] if chosen in days else days, now())
    context = {
        "line": line, "people": people, "moving": moving, "problem": problem,
        "day": chosen if chosen in days else None,
        "times": found.get(chosen, []) if chosen else [],
        "days": {} if chosen in days else found,
        "whom": WhomForm(people=people) if len(people) > 1 and moving is None else None,
    }  # fmt: skip
    status = 422 if problem else 200
    return render(request, "portal/queue/book.html", context, status=status)


def _day(typed: str) -> date | None:
    try:
        return parse_date(typed)
    except ValueError:
        return None


def _moment(request: HttpRequest) -> datetime:
    """The time that was pressed. Raises RuleBroken."""
    try:
        found = parse_datetime(request.POST.get("starts_at", ""))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise RuleBroken(gettext(WRONG_TIME), field="starts_at")
    return found


@page(Audience.RESIDENT)
@never_cache
@reading_once()
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, line: int) -> HttpResponse:
    """Choose a day, then a time; for oneself or somebody of the family."""
    user, people = _asker(request)
    found = _own_line(people[0], line)
    if request.method != "POST":
        return _shown(request, found, people)
    form = WhomForm(request.POST, people=people)
    if not form.is_valid():
        raise NotThere(gettext("Anda belum bisa membuat janji untuk orang ini."))
    chosen = form.cleaned_data["person"] or people[0].pk
    person = next(one for one in people if one.pk == chosen)
    try:
        made = appointments.book(
            line_id=line, starts_at=_moment(request), person=person, by=user, at=now()
        )
    except RuleBroken as broken:
        return _shown(request, found, people, problem=gettext(broken.message))
    return redirect("appointment", made.pk)


@page(Audience.RESIDENT)
@never_cache
@require_safe
def appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """One appointment: when, where, and what to bring."""
    _, people = _asker(request)
    found = appointments.own(pk, people)
    soon = found.starts_at - now() < timedelta(0)
    context = {"appointment": found, "is_past": soon}
    return render(request, "portal/queue/appointment.html", context)


@page(Audience.RESIDENT)
@never_cache
@reading_once()
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose another time in the same line."""
    user, people = _asker(request)
    found = appointments.own(pk, people)
    if request.method != "POST":
        return _shown(request, found.line, people, moving=found)
    try:
        appointments.move(
            appointment_id=pk, starts_at=_moment(request), people=people, by=user, at=now()
        )
    except RuleBroken as broken:
        if broken.field is None:
            raise
        return _shown(request, found.line, people, gettext(broken.message), found)
    messages.success(request, gettext("Janji dipindahkan."))
    return redirect("appointment", pk)


@page(Audience.RESIDENT)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the time up."""
    user, people = _asker(request)
    appointments.cancel(appointment_id=pk, people=people, by=user, at=now())
    messages.success(request, gettext("Janji dibatalkan."))
    return redirect("queue")
