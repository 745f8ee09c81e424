"""“RT saya”: what the heads around a resident's home tell them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kernel.clock import now
from kernel.once import reading_once
from services.neighbourhood import activities, announcements, contacts, watch
from services.web.access import resident, today
from services.web.announcing import attached
from tenants.office.queries import vouching_unit
from tenants.registry.current import city
from ui.page import Audience, page

LATEST = 20  # announcements
MEETINGS = 10


@page(Audience.RESIDENT)
@never_cache
@require_safe
@reading_once()
def own(request: HttpRequest) -> HttpResponse:
    """Announcements, activities, tonight's watch and numbers, where this resident lives now."""
    _, person = resident(request)
    on = today()
    night = watch.tonight(now().astimezone(city().tz))
    context = {
        "meetings": activities.to_come_for(person, on)[:MEETINGS],
        "watch": watch.nights(watch.units_around(person), night, night),
        "unit": vouching_unit(person.place),
        "announcements": announcements.for_resident(person, on)[:LATEST],
        "contacts": contacts.for_resident(person, on),
    }
    return render(request, "portal/rt/own.html", context)


@page(Audience.RESIDENT)
@never_cache
@require_safe
def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """One announcement; that they opened it is counted."""
    _, person = resident(request)
    found = announcements.open_for_resident(
        announcement_id=pk, person=person, at=now(), today=today()
    )
    return render(request, "portal/rt/announcement.html", {"announcement": found})


@page(Audience.RESIDENT)
@never_cache
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """What is attached to one."""
    _, person = resident(request)
    return attached(announcements.one_for_resident(person, pk, today()))
