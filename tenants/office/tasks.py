"""Work the clock brings."""

from datetime import timedelta
from typing import Any

from messaging.periodic import periodic
from tenants.office import decrees
from tenants.registry.current import city


@periodic("office.decrees", every=timedelta(minutes=10))
def apply_decrees(payload: dict[str, Any]) -> None:
    """Changes of units whose day has come. Whatever a run missed, the next one does."""
    if not city().is_read_only:
        decrees.apply_due()
