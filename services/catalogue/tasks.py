"""Work the clock brings."""

from datetime import timedelta
from typing import Any

from messaging.periodic import periodic
from services.catalogue import actions


@periodic("catalogue.receive", every=timedelta(hours=1))
def receive(payload: dict[str, Any]) -> None:
    """After a deployment, every city takes note of what the new release ships."""
    actions.receive_releases()
