"""Work that the clock brings."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from kernel.clock import now
from messaging.periodic import periodic
from services.payments import booking, online
from services.payments.models import Charge, TransferProof
from tenants.registry.leftovers import sweep


@periodic("payments.leftovers", every=timedelta(days=1))
def leftovers(payload: dict[str, Any]) -> None:
    """Photos of transfers whose row was never committed."""
    sweep(booking.FOLDER, _named, at=now())


@periodic("payments.unpaid", every=timedelta(minutes=10))
def unpaid(payload: dict[str, Any]) -> None:
    """Charges that should be over: a notification may have been lost."""
    at = now()
    for charge in Charge.objects.filter(state__in=Charge.LIVE, expires_at__lt=at)[:200]:
        online.ask_about(charge_id=charge.pk, at=at)


def _named(paths: Collection[str]) -> set[str]:
    return set(TransferProof.objects.filter(path__in=paths).values_list("path", flat=True))
