"""Work that the clock brings."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from kernel.clock import now
from messaging.periodic import periodic
from services.visits.actions import FOLDER
from services.visits.models import Stop, StopPhoto
from tenants.registry.leftovers import sweep


@periodic("visits.leftovers", every=timedelta(days=1))
def leftovers(payload: dict[str, Any]) -> None:
    """Photos and signatures whose row was never committed."""
    sweep(FOLDER, _named, at=now())


def _named(paths: Collection[str]) -> set[str]:
    photos = set(StopPhoto.objects.filter(path__in=paths).values_list("path", flat=True))
    signed = Stop.objects.filter(signature__in=paths).values_list("signature", flat=True)
    return photos | set(signed)
