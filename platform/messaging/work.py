"""Kinds of work that the outbox carries: which there are, and who does each.

``@handler`` only writes to the database; ``@effect`` does something outside it. How each is run
stands in ``messaging.outbox``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, TypeAlias

from kernel.registry import Registry

Payload: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[Payload], None]
OnFailed: TypeAlias = Callable[[Payload, str], None]
Act: TypeAlias = Callable[[Payload, str], object]  # payload, key → what ``record`` gets
Record: TypeAlias = Callable[[Payload, Any], None]


class Outcome(Enum):
    """What ``reconcile`` found out about an effect."""

    DONE = "done"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"


Reconcile: TypeAlias = Callable[[Payload, str], Outcome]


@dataclass(frozen=True, slots=True)
class Registered:
    """Work that only writes."""

    run: Handler
    on_failed: OnFailed | None
    queue: str = "celery"


@dataclass(frozen=True, slots=True)
class Effect:
    """Work outside the database; see ``effect``."""

    act: Act
    record: Record | None
    reconcile: Reconcile | None
    on_failed: OnFailed | None
    repeatable: bool
    lease: timedelta
    queue: str


handlers: Registry[Registered | Effect] = Registry("outbox handlers", "who does a kind of work")


class Hopeless(Exception):
    """A handler says that trying again cannot help: the work fails at once."""


class NotDone(Exception):
    """An effect says that nothing has happened outside: it is tried again later."""


class NotYet(Exception):
    """A handler says that this release cannot do the work: it waits, and no attempt counts."""


class UnknownKind(LookupError):
    """No app registered a handler for this kind of work."""


def handler(kind: str, *, on_failed: OnFailed | None = None) -> Callable[[Handler], Handler]:
    """Register the function that does this kind of work, in an app's ``tasks.py``.

    ``on_failed(payload, error)`` runs, in the transaction that gives the row up, when the last
    attempt has failed.
    """

    def register(run: Handler) -> Handler:
        handlers.add(kind, Registered(run, on_failed))
        return run

    return register


def effect(
    kind: str,
    *,
    record: Record | None = None,
    reconcile: Reconcile | None = None,
    on_failed: OnFailed | None = None,
    repeatable: bool = False,
    lease: timedelta = timedelta(minutes=2),
    queue: str = "effects",
) -> Callable[[Act], Act]:
    """Register what does this kind of work outside the database.

    The function gets the payload and the row's key, which names the work at the receiver too.
    It raises ``NotDone`` when surely nothing happened (tried again later), ``Hopeless`` when
    trying again cannot help; any other exception means that the outcome is not known.
    ``record(payload, result)`` writes what came of it, in the transaction that marks the row
    done. ``reconcile(payload, key)`` asks the outside whether it happened. ``repeatable``: the
    receiver recognises a repetition by the key, so that an unknown outcome may be tried again.
    ``lease`` is longer than the outside ever takes to answer.
    """

    def register(act: Act) -> Act:
        handlers.add(kind, Effect(act, record, reconcile, on_failed, repeatable, lease, queue))
        return act

    return register


def registered(kind: str) -> Registered | Effect:
    try:
        return handlers[kind]
    except KeyError:
        raise UnknownKind(kind) from None
