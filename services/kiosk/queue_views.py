"""Numbers of the waiting room at a kiosk, without saying who one is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.clock import now
from kernel.errors import NotThere
from kernel.ids import row_id
from services.queueing import appointments, queries, tickets
from services.queueing.models import Ticket
from services.web.access import today
from services.web.kiosk import kiosk_of, standing
from ui.page import Audience, page


@page(Audience.KIOSK)
@never_cache
@require_http_methods(["GET", "POST"])
def lines(request: HttpRequest) -> HttpResponse:
    """The lines of this office; one press takes a number."""
    kiosk = kiosk_of(request)
    if request.method == "POST":
        line_id = row_id(request.POST.get("line", ""))
        made = tickets.take_at_kiosk(line_id=line_id, kiosk=kiosk, at=now(), today=today())
        return redirect("kiosk-ticket", made.pk)
    found = list(queries.lines_of([kiosk.unit_id]))
    context = {"rows": queries.board(found, today()), "kiosk": kiosk}
    return render(request, "kiosk/queue.html", context)


@page(Audience.KIOSK)
@never_cache
@require_GET
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """The number just taken here, to remember or print."""
    rows = Ticket.objects.select_related("line__unit", "waits_in", "window")
    found = rows.filter(pk=pk, taken_by=kiosk_of(request).user, day=today()).first()
    if found is None:
        raise NotThere("Nomor antrean ini tidak ditemukan.")
    context = {"ticket": found, "place": queries.place_of(found, now())}
    return render(request, "kiosk/ticket.html", context)


@page(Audience.KIOSK)
@require_POST
def arrive(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever has the turn and an appointment here today gets its number."""
    person, kiosk = standing(request), kiosk_of(request)
    made = appointments.arrive(
        appointment_id=pk, by=kiosk.user, at=now(), today=today(), person=person,
        unit_id=kiosk.unit_id,
    )  # fmt: skip
    return redirect("kiosk-ticket", made.pk)
