"""Work after the commit, and work the clock brings."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import connection

from kernel.clock import now
from messaging import work
from messaging.periodic import periodic
from services.residents.imports import files, runs, steps
from services.residents.models import WalletDocument
from services.residents.wallet import files as wallet
from tenants.registry.leftovers import sweep

work.handler(runs.KIND, on_failed=steps.gave_up)(steps.step)


@periodic("residents.leftovers", every=timedelta(days=1))
def leftovers(payload: dict[str, Any]) -> None:
    """Imports nobody goes on with, lines to repair that are a week old, files of neither."""
    runs.tidy()
    sweep(files.FOLDER, runs.in_use, at=now())


@periodic("residents.places", every=timedelta(days=1))
def places(payload: dict[str, Any]) -> None:
    """People whose code of the place is not that of their card: entered by a release that did not
    know it yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE residents_person p SET place = u.code FROM residents_household h"
            " JOIN office_unit u ON u.id = h.rt_id"
            " WHERE h.id = p.household_id AND p.place <> u.code"
        )


@periodic("residents.wallet_leftovers", every=timedelta(days=1))
def wallet_leftovers(payload: dict[str, Any]) -> None:
    """Copies for wallets whose row was never committed, or whose deletion was cut short."""
    sweep(wallet.FOLDER, _kept, at=now())


def _kept(paths: Collection[str]) -> set[str]:
    return set(WalletDocument.objects.filter(path__in=paths).values_list("path", flat=True))
