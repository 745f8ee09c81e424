"""Work that the clock brings."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from kernel.clock import now
from messaging.periodic import periodic
from services.results.files import FOLDER
from services.results.models import HandOver, Result
from tenants.registry.leftovers import sweep


@periodic("results.leftovers", every=timedelta(days=1))
def leftovers(payload: dict[str, Any]) -> None:
    """Files whose row was never committed, or names another file now."""
    sweep(FOLDER, _named, at=now())


def _named(paths: Collection[str]) -> set[str]:
    found = set(Result.objects.filter(path__in=paths).values_list("path", flat=True))
    found |= set(HandOver.objects.filter(signature__in=paths).values_list("signature", flat=True))
    return found | set(
        HandOver.objects.filter(authority__in=paths).values_list("authority", flat=True)
    )
