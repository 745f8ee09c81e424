"""Work that the clock brings, and the acts on many cases."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from kernel.clock import now
from messaging import outbox, work
from messaging.periodic import periodic
from services.cases.finding import write_keys
from services.inbox import advice, bulk
from tenants.registry.current import city

AT_ONCE = 500  # cases whose keys are written in one transaction


@periodic("inbox.advice", every=timedelta(minutes=30))
def remind_of_advice(payload: dict[str, Any]) -> None:
    """Offices that have not answered in time. Not while the city is read only."""
    if city().is_read_only:
        return
    at = now()
    for pk in list(advice.late(at).values_list("pk", flat=True)[:500]):
        advice.remind(advice_id=pk, at=at)


@periodic("inbox.keys", every=timedelta(minutes=10))
def begin_writing_keys(payload: dict[str, Any]) -> None:
    """Cases from before there was a search by keys, or that an older release sent meanwhile."""
    write_next_keys({"after": 0})


@work.handler("inbox.next_keys")
def write_next_keys(payload: dict[str, Any]) -> None:
    """The keys of some cases; the rest is another row, so that no lock is held for long."""
    last = write_keys(after=payload["after"], most=AT_ONCE)
    if last:
        with transaction.atomic():
            outbox.enqueue("inbox.next_keys", {"after": last}, key=f"case-keys:{last}")


def _gave_up(payload: dict[str, Any], _error: str) -> None:
    bulk.give_up(item_id=payload["item_id"])


@work.handler("inbox.bulk")
def begin_bulk(payload: dict[str, Any]) -> None:
    """A row for each step of the act: any worker does it, in a transaction of its own."""
    for item_id in bulk.waiting(payload["act_id"]):
        outbox.enqueue("inbox.bulk_item", {"item_id": item_id}, key=f"bulk-item:{item_id}")


@work.handler("inbox.bulk_item", on_failed=_gave_up)
def do_bulk_item(payload: dict[str, Any]) -> None:
    """One step of an act."""
    bulk.do(item_id=payload["item_id"], at=now())
