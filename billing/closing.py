"""When a city is deleted nothing more is charged: its subscription ends with the paid period."""

import logging
from dataclasses import dataclass

from billing import actions, gateway, queries
from billing.models import Account
from kernel.errors import RuleBroken
from tenants.backend.scope import in_public
from tenants.registry.models import City

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Deletion:
    """In whose name the subscription ends: two people decided, neither of them here."""

    pk: int = 0
    name: str = "Penghapusan kota"


def addresses(city: City) -> list[str]:
    """Who pays for a city learns of its deletion."""
    with in_public():
        account = Account.objects.filter(city_id=city.pk).first()
    return [account.email] if account is not None and account.email else []


def stop(city: City) -> None:
    """Cancel what runs, through the outbox. Money never holds a deletion up: what cannot be
    cancelled now is an error in the log for the operator to mend by hand."""
    account = Account.objects.filter(city_id=city.pk).first()
    if account is None or not gateway.is_configured():
        return
    running = queries.current(account)
    if running is None or not running.is_live or running.cancel_at_period_end:
        return
    try:
        actions.cancel(account.pk, by=_Deletion())
    except RuleBroken as refused:
        log.error("subscription of deleted city %s goes on: %s", city.code, refused.message)
