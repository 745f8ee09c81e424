"""Reads of visits, for the city's administrators and for the console."""

from django.db.models import QuerySet

from audit.models import Entry
from tenants.registry.models import City
from tenants.registry.scope import in_public
from tenants.support.models import Visit


def visits_of(city: City, limit: int = 50) -> list[Visit]:
    """Newest first."""
    with in_public():
        return list(Visit.objects.filter(city_id=city.pk)[:limit])


def visit(city: City, visit_id: int) -> Visit | None:
    with in_public():
        return Visit.objects.filter(city_id=city.pk, pk=visit_id).first()


def opened_by(visit: Visit) -> QuerySet[Entry]:
    """What support opened on this visit, newest first. Evaluate in the city."""
    return Entry.objects.filter(what="support.page", subject="visit", subject_id=str(visit.pk))
