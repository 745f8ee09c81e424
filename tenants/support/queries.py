"""Reads of visits, for the city's administrators and for the console."""

from datetime import datetime

from django.db.models import QuerySet

from audit.models import Entry
from tenants.backend.scope import in_public
from tenants.registry.models import City
from tenants.support.models import UNANSWERED, Visit


def visits_of(city: City, limit: int = 50) -> list[Visit]:
    """Newest first."""
    with in_public():
        return list(Visit.objects.filter(city_id=city.pk)[:limit])


def waiting_for_answer(city: City, at: datetime) -> int:
    """Requests of support that a city may still answer. One query."""
    with in_public():
        return Visit.objects.filter(
            city_id=city.pk, state=Visit.State.ASKED, asked_at__gt=at - UNANSWERED
        ).count()


def visit(city: City, visit_id: int) -> Visit | None:
    with in_public():
        return Visit.objects.filter(city_id=city.pk, pk=visit_id).first()


def opened_by(visit: Visit) -> QuerySet[Entry]:
    """What support opened on this visit, newest first. Evaluate in the city."""
    return Entry.objects.filter(what="support.page", subject="visit", subject_id=str(visit.pk))
