"""Who is told of an event, and telling them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from events.event import Event
from kernel.logs import looks_secret
from kernel.registry import Hook, Registry, name_of

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Subscriber:
    event: type[Event]
    run: Callable[[Any], None]
    when: Callable[[Any], bool] | None = None


subscribers: Registry[Subscriber] = Registry("subscribers", "who is told of which event")


def _nobody(_event: Event) -> None:
    raise RuntimeError("messaging.delivery is not loaded: nobody carries events to subscribers")


carrier: Hook[Callable[[Event], None]] = Hook(
    "event carrier", "what brings an event to its subscribers", default=_nobody
)


def subscribe(
    event: type[E], *, when: Callable[[E], bool] | None = None
) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Call this function after each event of the type, in an app's ``subscribers.py``.

    It runs in a worker, in a savepoint of its own, at least once: written
    so that a second run changes nothing. When it raises, it alone is tried again. ``when`` looks
    at the event's fields alone and says whether this occurrence matters to it.
    """

    def register(run: Callable[[E], None]) -> Callable[[E], None]:
        key = name_of(run)
        if looks_secret(key):
            raise ValueError(f"{key} cannot stand in the key of an outbox row: name it otherwise")
        subscribers.add(key, Subscriber(event, run, when))
        return run

    return register


def concerned(event: Event) -> list[tuple[str, Subscriber]]:
    """The subscribers of this occurrence, by key."""
    return [
        (key, one)
        for key, one in subscribers.items()
        if one.event is type(event) and (one.when is None or one.when(event))
    ]


def publish(event: Event) -> None:
    """Tell the subscribers once the running transaction commits.

    Belongs in the transaction that made it true. An event nobody subscribes to costs nothing.
    """
    if concerned(event):
        carrier.value(event)
