"""What applications keep from being removed, and what follows a person."""

from typing import Any

from django.db.models import Q, QuerySet

from services.applications.models import Application, LifeEvent
from services.cases.following import ENDED
from services.catalogue.models import ServiceVersion
from tenants.office.models import OwnRole


def work_names_role(role: OwnRole) -> str:
    """Why one of the city's own roles must stay as it is, or "": applications that have not ended
    keep the version of the service that they began with."""
    named = Q(definition__steps__contains=[{"role": role.code}])
    named |= Q(definition__steps__contains=[{"deputies": [role.code]}])
    versions = list(ServiceVersion.objects.filter(named).values_list("pk", flat=True))
    under_way = Application.objects.exclude(state__in=ENDED)
    if under_way.filter(version__in=versions).exists():
        return "Masih ada permohonan yang akan sampai di peran ini. Tunggu sampai selesai."
    return ""


def names_no_other(rows: QuerySet[Any], kept: int) -> QuerySet[Any]:
    """Proposals of applications that do not name the kept person as well."""
    mine = LifeEvent.objects.filter(person=kept).values("application")
    return rows.exclude(application__in=mine)
