"""Writing a death or a move into the register, from the application that proves it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from kernel.clock import now
from services.applications import life_events
from services.applications.queries import get_for
from services.desk.views import posts_of
from services.web.access import today
from ui.page import Audience, page


@page(Audience.DESK)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the chosen people as dead or moved."""
    user, _ = posts_of(request)
    application = get_for(user, pk, today=today(), with_papers=True)
    chosen = {int(typed) for typed in request.POST.getlist("orang") if typed.isdecimal()}
    done = life_events.confirm(application_id=application.pk, event_ids=chosen, by=user, at=now())
    names = ", ".join(event.person.name for event in done)
    messages.success(request, f"{names} tercatat {done[0].get_kind_display()} di data penduduk.")
    return redirect("desk-case", pk=pk)
