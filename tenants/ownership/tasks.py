"""Copies and deletions by the outbox and by the clock; everything happens in public."""

from datetime import timedelta

from django.db import transaction

from kernel.clock import now
from messaging import work
from messaging.periodic import periodic
from tenants.ownership import actions, closing


def _export_failed(payload: work.Payload, error: str) -> None:
    actions.give_up(payload["export"])


@work.handler("data.export", on_failed=_export_failed)
def make_export(payload: work.Payload) -> None:
    """Write the copy; minutes for a large city."""
    actions.make(payload["export"])


@periodic("data.expire", every=timedelta(hours=1), in_cities=False)
def expire_exports(_payload: work.Payload) -> None:
    """Copies are kept for a week."""
    actions.expire(at=now())


@periodic("deletion.clock", every=timedelta(hours=1), in_cities=False)
def deletion_clock(_payload: work.Payload) -> None:
    """Warn a day ahead; begin what is due. Each city in a transaction of its own."""

    def run() -> None:
        closing.remind(at=now())
        closing.begin_due(at=now())

    transaction.on_commit(run)


@work.handler("deletion.close")
def close(payload: work.Payload) -> None:
    closing.close(payload["request"], at=now())


@work.handler("deletion.shred")
def shred(payload: work.Payload) -> None:
    closing.shred(payload["request"], at=now())


@work.handler("deletion.remove")
def remove(payload: work.Payload) -> None:
    closing.remove(payload["request"])


@work.handler("deletion.certify")
def certify(payload: work.Payload) -> None:
    closing.certify(payload["request"], at=now())
