"""Work after the commit, and work the clock brings."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from kernel.clock import now
from messaging import work
from messaging.periodic import periodic
from services.residents import queued
from services.residents.models import WalletDocument
from services.residents.wallet import files as wallet
from tenants.registry.leftovers import sweep

work.handler(queued.KIND, on_failed=queued.gave_up)(queued.run)


@periodic("residents.leftovers", every=timedelta(days=1))
def leftovers(payload: dict[str, Any]) -> None:
    """Files of imports that are over, or that were never ordered."""
    sweep(queued.FOLDER, queued.waiting, at=now())


@periodic("residents.wallet_leftovers", every=timedelta(days=1))
def wallet_leftovers(payload: dict[str, Any]) -> None:
    """Copies for wallets whose row was never committed, or whose deletion was cut short."""
    sweep(wallet.FOLDER, _kept, at=now())


def _kept(paths: Collection[str]) -> set[str]:
    return set(WalletDocument.objects.filter(path__in=paths).values_list("path", flat=True))
