"""Work the clock brings."""

from datetime import timedelta
from typing import Any

from kernel.clock import now
from messaging.periodic import periodic
from tenants.office import decrees, terms
from tenants.registry.current import city


@periodic("office.decrees", every=timedelta(minutes=10))
def apply_decrees(payload: dict[str, Any]) -> None:
    """Changes of units whose day has come. Whatever a run missed, the next one does."""
    if not city().is_read_only:
        decrees.apply_due()


@periodic("office.terms", every=timedelta(hours=6))
def remind_of_terms(payload: dict[str, Any]) -> None:
    """Reminders before a term ends; each goes once. Not while nobody could appoint anybody."""
    if not city().is_read_only:
        terms.remind(on=now().astimezone(city().tz).date())
