"""Numbers of the waiting rooms around a resident, taken on the phone."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kernel.clock import now
from kernel.errors import NotThere
from kernel.once import reading_once
from services.queueing import appointments, queries, tickets
from services.queueing.models import Ticket
from services.queueing.queries import Row
from services.web.access import resident, today
from tenants.office.models import Unit
from ui.page import Audience, page


@dataclass(frozen=True, slots=True)
class Office:
    """The lines of one office."""

    unit: Unit
    rows: list[Row]


@page(Audience.RESIDENT)
@never_cache
@require_safe
@reading_once()
def own(request: HttpRequest) -> HttpResponse:
    """The numbers and times somebody holds, and the lines in which they may get one."""
    _, person = resident(request)
    offices: dict[int, Office] = {}
    lines = queries.lines_for(person)
    for row in queries.board(lines, today()):
        place = offices.setdefault(row.line.unit_id, Office(row.line.unit, []))
        place.rows.append(row)
    context = {
        "held": queries.held(person, today()),
        "promised": appointments.to_come(appointments.may_book_for(person, today()), now()),
        "bookable": appointments.takes_appointments(lines),
        "offices": list(offices.values()),
        "time": queries.local(now()).time(),
    }
    return render(request, "portal/queue/own.html", context)


@page(Audience.RESIDENT)
@require_POST
def take(request: HttpRequest, line: int) -> HttpResponse:
    """A number for today; who holds one of this line gets the same."""
    user, person = resident(request)
    if not any(one.pk == line for one in queries.lines_for(person)):
        raise NotThere(tickets.NO_LINE)
    made = tickets.take(
        line_id=line, via=Ticket.Via.PHONE, by=user, at=now(), today=today(), person=person
    )
    return redirect("queue-ticket", made.pk)


@page(Audience.RESIDENT)
@never_cache
@require_safe
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own number: how many come before, and who is called now."""
    _, person = resident(request)
    found = queries.own(person, pk)
    context = {"ticket": found, "place": queries.place_of(found, now())}
    return render(request, "portal/queue/ticket.html", context)


@page(Audience.RESIDENT)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a number up."""
    user, person = resident(request)
    gone = tickets.cancel(ticket_id=pk, by=user, at=now(), person=person)
    messages.success(request, gettext("Nomor antrean %(code)s dibatalkan.") % {"code": gone.code})
    return redirect("queue")
