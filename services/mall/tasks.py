"""Work after the commit, and work the clock brings."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from events.subscribers import publish
from kernel.clock import now
from messaging import work
from messaging.periodic import periodic
from services.mall import status_files
from services.mall.events import OutsideExpires
from services.mall.models import OutsideStatus, OwnNumber
from tenants.registry.current import city
from tenants.registry.leftovers import sweep

AHEAD = timedelta(days=30)  # before an end its holders are told
MOST = 500  # in one round; the next day brings the rest

work.handler(status_files.KIND, on_failed=status_files.gave_up)(status_files.step)


@periodic("mall.leftovers", every=timedelta(hours=6))
def leftovers(payload: dict[str, Any]) -> None:
    """Lists nobody goes on with, and files that no row names."""
    status_files.tidy(now())
    sweep(status_files.FOLDER, _in_use, at=now())


def _in_use(paths: Collection[str]) -> set[str]:
    return status_files.in_use(paths)


@periodic("mall.expiring", every=timedelta(days=1))
def expiring(payload: dict[str, Any]) -> None:
    """Whoever noted a number hears once that what it stands for ends soon."""
    remind(now().astimezone(city().tz).date())


@transaction.atomic
def remind(today: date) -> None:
    soon = OutsideStatus.objects.filter(expires_on__gte=today, expires_on__lte=today + AHEAD)
    untold = soon.filter(Q(reminded_for=None) | ~Q(reminded_for=F("expires_on")))
    rows = list(untold.select_for_update().order_by("expires_on", "pk")[:MOST])
    for row in rows:
        assert row.expires_on is not None
        row.reminded_for = row.expires_on
        held = OwnNumber.objects.filter(system=row.system, number=row.number).order_by("pk")
        for pk in held.values_list("pk", flat=True):
            publish(
                OutsideExpires(
                    own_number_id=pk, outside_status_id=row.pk, day=row.expires_on.isoformat()
                )
            )
    OutsideStatus.objects.bulk_update(rows, ["reminded_for"])
