"""What follows for applications when a unit is closed, and what they keep from being removed."""

from django.db.models import Q

from services.applications.models import Application
from services.cases.models import Case, Step
from services.catalogue.models import ServiceVersion
from tenants.office.decrees import Closing
from tenants.office.models import OwnRole, Unit

ENDED = (Case.State.DONE, Case.State.REFUSED, Case.State.WITHDRAWN)


def hand_over(closing: Closing) -> None:
    """What waits at the closed unit waits at its successor; what has ended stays as it was."""
    if closing.successor is None:
        return
    waiting = Step.objects.filter(unit=closing.unit, state=Step.State.OPEN)
    waiting.update(unit=closing.successor)
    Case.objects.filter(unit=closing.unit).exclude(state__in=ENDED).update(unit=closing.successor)


def work_waits_there(unit: Unit) -> str:
    """Why a unit cannot be closed without a successor, or ""."""
    waiting = Step.objects.filter(unit=unit, state=Step.State.OPEN).exists()
    return "Masih ada permohonan yang menunggu di sini." if waiting else ""


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
