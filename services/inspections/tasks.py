"""Work that the clock brings."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from kernel.clock import now
from messaging.periodic import periodic
from services.inspections import actions
from services.inspections.models import InspectionPhoto
from tenants.registry.leftovers import sweep


@periodic("inspections.leftovers", every=timedelta(days=1))
def leftovers(payload: dict[str, Any]) -> None:
    """Photos whose row was never committed."""
    sweep(actions.FOLDER, _named, at=now())


def _named(paths: Collection[str]) -> set[str]:
    return set(InspectionPhoto.objects.filter(path__in=paths).values_list("path", flat=True))
