"""Writing a death or a move into the register, from the application that proves it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from kernel.clock import now
from kernel.errors import NotThere
from services.applications import life_events
from services.desk.forms import LifeEventsForm
from services.desk.views import at_desk, case_page, posts_of
from ui.page import Audience, page


@page(Audience.DESK)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the chosen people as dead or moved."""
    user, posts = posts_of(request)
    application = at_desk(user, pk)
    events = life_events.to_confirm(application, posts)
    if not events:
        raise NotThere("Tidak ada yang perlu dicatat dari berkas ini.")
    form = LifeEventsForm(events, request.POST)
    if not form.is_valid():
        return case_page(request, user, posts, application, form)
    done = life_events.confirm(
        application_id=application.pk, event_ids=form.cleaned_data["person"], by=user, at=now()
    )
    names = ", ".join(event.person.name for event in done)
    messages.success(request, f"{names} tercatat {done[0].get_kind_display()} di data penduduk.")
    return redirect("desk-case", pk=pk)
