"""Work that the clock brings."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from kernel.clock import now
from messaging.periodic import periodic
from services.dues import cash
from services.dues.models import Entry
from tenants.registry.leftovers import sweep


@periodic("dues.leftovers", every=timedelta(days=1))
def leftovers(payload: dict[str, Any]) -> None:
    """Bills whose line was never committed."""
    sweep(cash.FOLDER, _named, at=now())


def _named(paths: Collection[str]) -> set[str]:
    return set(Entry.objects.filter(path__in=paths).values_list("path", flat=True))
