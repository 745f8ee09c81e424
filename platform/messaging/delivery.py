"""Events on their way: one outbox row for each, then every subscriber by itself."""

import logging
from typing import Any

from django.db import connection, transaction

from events.event import Event, UnknownEvent, of_payload
from events.subscribers import carrier, concerned, subscribers
from kernel.clock import now
from messaging import outbox, work

log = logging.getLogger(__name__)


def carry(event: Event) -> None:
    """Write the row that tells of this event."""
    outbox.enqueue("events.tell", event.as_payload(), key=f"event:{event.name}:{event.key()}")


carrier.fill("messaging.delivery", carry)


@work.handler("events.tell")
def tell(payload: work.Payload) -> None:
    """Run every subscriber. One that fails gets a row of its own and holds up no other."""
    event = _event(payload)
    for key, subscriber in concerned(event):
        try:
            with transaction.atomic():
                subscriber.run(event)
        except Exception as error:
            if connection.connection is None or connection.connection.closed:
                raise  # the database went away, and with it what the others wrote
            log.warning("%s of %s %s: %s", key, event.name, event.key(), error)
            outbox.enqueue(
                "events.tell_one",
                {**payload, "subscriber": key},
                key=f"event:{event.name}:{event.key()}:{key}",
                after=now() + outbox.DELAYS[0],
            )


@work.handler("events.tell_one")
def tell_one(payload: work.Payload) -> None:
    """Run the one subscriber that failed before."""
    event = _event(payload)
    subscribers[payload["subscriber"]].run(event)


def _event(payload: dict[str, Any]) -> Event:
    try:
        return of_payload(payload)
    except UnknownEvent as unknown:
        raise work.NotYet(f"no event is named {unknown}: it is of a later release") from None
