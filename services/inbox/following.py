"""What follows for advice when a unit is closed, and what it keeps from being removed."""

from django.db.models import Q

from kernel.clock import now
from services.cases.models import Step
from services.inbox.models import Advice
from tenants.office.decrees import Closing
from tenants.office.models import OwnRole

_WAITS = Q(answered_at__isnull=True, withdrawn_at__isnull=True, step__state=Step.State.OPEN)


def hand_over(closing: Closing) -> None:
    """What the closed unit was asked, its successor is asked; not what that was asked too."""
    if closing.successor is None:
        return
    waiting = Advice.objects.filter(_WAITS, unit=closing.unit)
    asked_too = Advice.objects.filter(_WAITS, unit=closing.successor)
    for advice in waiting.order_by("pk"):
        if asked_too.filter(step=advice.step_id, role=advice.role).exists():
            Advice.objects.filter(pk=advice.pk).update(withdrawn_at=now())
        else:
            Advice.objects.filter(pk=advice.pk).update(unit=closing.successor)


def is_asked_of(role: OwnRole) -> str:
    """Why one of the city's own roles must stay as it is, or ""."""
    waits = Advice.objects.filter(_WAITS, role=role.code).exists()
    return "Masih ada pertimbangan yang diminta dari peran ini." if waits else ""
