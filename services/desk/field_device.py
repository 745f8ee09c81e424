"""What the phone of an official keeps who visits people at home."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.urls import reverse

from kernel.clock import now
from services.visits import queries
from services.visits.models import Stop
from services.web import device
from services.web.access import today
from tenants.office.access import Visitor

LONGEST = timedelta(days=7)  # a phone that met no signal for so long forgets


def _until(who: Visitor, at: datetime) -> datetime | None:
    """As long as reports of a visit may still come from the phone."""
    desks = who.desks
    if not desks or not queries.goes_or_went(who.user, desks, today=today()):
        return None
    return at + LONGEST


def _pages(who: Visitor) -> Iterable[tuple[str, str]]:
    """The list of visits, each visit, and of each person still to be visited the form."""
    desks = who.desks
    if not desks or not queries.goes_or_went(who.user, desks, today=today()):
        return
    hour = f"{now():%Y%m%d%H}"
    yield reverse("field-home"), hour
    yield reverse("rt-outbox"), hour
    for visit in queries.mine(who.user, desks, today=today()):
        stops = list(visit.stops.all())
        done = sum(stop.state != Stop.State.PLANNED for stop in stops)
        yield reverse("field-visit", args=[visit.pk]), f"{visit.day}.{done}.{hour}"
        for stop in stops:
            if stop.state == Stop.State.PLANNED:
                yield reverse("field-stop", args=[stop.pk]), f"{stop.pk}.{visit.day}"


device.untils.add("visits", _until)
device.pages.add("visits", _pages)
