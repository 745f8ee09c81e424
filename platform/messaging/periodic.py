"""Work that comes back: one beat entry for the whole platform, fanned out over the cities.

The dispatcher writes at most one outbox row per kind and period in ``public``; that row's
handler writes one row in each live city. A city that is broken gets none and is reported; the
others do not notice.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django_tenants.utils import get_public_schema_name, schema_context

from kernel.registry import Registry
from messaging import outbox, sweeping, work

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Periodic:
    kind: str
    every: timedelta
    in_cities: bool


jobs: Registry[Periodic] = Registry("periodic work", "what is done again and again")


def periodic(
    kind: str, *, every: timedelta, in_cities: bool = True
) -> Callable[[work.Handler], work.Handler]:
    """Register a handler that runs once per period: in each live city, or once in public."""

    def register(run: work.Handler) -> work.Handler:
        jobs.add(kind, Periodic(kind, every, in_cities))
        return work.handler(kind)(run)

    return register


def plan(moment: datetime) -> None:
    """Enqueue, in public, the fan-out of each kind whose period has begun."""
    for job in jobs:
        period = int(moment.timestamp() // job.every.total_seconds())
        key = f"periodic:{job.kind}:{period}"
        with transaction.atomic():
            if job.in_cities:
                outbox.enqueue("periodic.fan_out", {"kind": job.kind, "key": key}, key=key)
            else:
                outbox.enqueue(job.kind, {}, key=key)


@work.handler("periodic.fan_out")
def fan_out(payload: work.Payload) -> None:
    """Write the row of one kind and period in every city that lacks it."""
    for name in sweeping.schemas.value():
        if name == get_public_schema_name():
            continue
        try:
            with schema_context(name), transaction.atomic():
                outbox.enqueue(payload["kind"], {}, key=payload["key"])
        except DatabaseError:
            if connection.connection is None or connection.connection.closed:
                raise
            log.exception("city %s gets no %s", name, payload["kind"])
