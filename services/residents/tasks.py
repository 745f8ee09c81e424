"""Work after the commit, and work the clock brings."""

from datetime import timedelta
from typing import Any

from kernel.clock import now
from messaging import work
from messaging.periodic import periodic
from services.residents import queued
from tenants.registry.leftovers import sweep

work.handler(queued.KIND, on_failed=queued.gave_up)(queued.run)


@periodic("residents.leftovers", every=timedelta(days=1))
def leftovers(payload: dict[str, Any]) -> None:
    """Files of imports that are over, or that were never ordered."""
    sweep(queued.FOLDER, queued.waiting, at=now())
