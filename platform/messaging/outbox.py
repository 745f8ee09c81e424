"""Work that happens after a commit: written with its cause, done once, by whichever worker.

``enqueue`` writes a row in the current schema. A worker runs the row's handler in one
transaction that holds the row locked: what the handler writes and the mark "done" commit
together, and a worker that dies leaves the row free at once. A handler whose effect lies outside
the database (a mail) may therefore repeat it after a crash; one that only writes never does.
"""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils.translation import override
from django_tenants.utils import schema_context
from psycopg2 import sql

from kernel.clock import now
from kernel.logs import looks_secret
from kernel.registry import Hook, Registry
from messaging.models import Outbox

log = logging.getLogger(__name__)

Payload: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[Payload], None]
OnFailed: TypeAlias = Callable[[Payload, str], None]

MAX_ATTEMPTS = 8  # with the delays below: about a day
DELAYS = [timedelta(seconds=s) for s in (5, 30, 120, 600, 3600, 4 * 3600, 16 * 3600)]
RESEND_AFTER = timedelta(seconds=90)  # a message this old may be lost with its broker
KEEP_DONE = timedelta(days=35)  # a month's mails can still be counted at its end


@dataclass(frozen=True, slots=True)
class Registered:
    run: Handler
    on_failed: OnFailed | None


handlers: Registry[Registered] = Registry("outbox handlers", "who does a kind of work")


def _only_public() -> list[str]:
    wrapper: Any = connection  # ours knows its schema
    return [wrapper.schema_name]


schemas: Hook[Callable[[], list[str]]] = Hook(
    "schemas with work", "which schemas may hold outbox rows", default=_only_public
)


def _no_worker(row_id: int) -> None:
    raise RuntimeError("messaging.tasks is not loaded: nobody carries outbox rows to a worker")


deliverer: Hook[Callable[[int], None]] = Hook(
    "deliverer", "how a worker is told about an outbox row", default=_no_worker
)


class Hopeless(Exception):
    """A handler says that trying again cannot help: the work fails at once."""


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


def registered(kind: str) -> Registered:
    try:
        return handlers[kind]
    except KeyError:
        raise UnknownKind(kind) from None


def _in_transaction() -> bool:
    """Whether the code at work has opened a transaction; the one around a test does not count."""
    wrapper: Any = connection
    return any(not getattr(block, "_from_testcase", False) for block in wrapper.atomic_blocks)


def enqueue(
    kind: str, payload: dict[str, object], *, key: str, after: datetime | None = None
) -> None:
    """Ask for work in the current schema, once the running transaction commits.

    ``key`` must name the work (``mail:welcome:17``): a second enqueue with the same key does
    nothing. Keys are logged, kept for weeks and shown to operators, so one that holds a path or
    a random token is a ValueError; what is secret belongs in the payload, which is emptied.
    ``after`` delays the first attempt.
    """
    if looks_secret(key):
        raise ValueError(f"the key of {kind} work may hold a secret: use an id or a short digest")
    if not _in_transaction():
        raise RuntimeError("enqueue() belongs in the transaction whose consequence it is")
    moment = now()
    due_at = max(after or moment, moment)
    delayed = due_at > moment
    Outbox.objects.bulk_create(
        [
            Outbox(
                kind=kind,
                key=key,
                payload=payload,
                due_at=due_at,
                sent_at=None if delayed else moment,
            )
        ],
        ignore_conflicts=True,
    )
    if delayed:
        return

    def hand_over() -> None:
        row = Outbox.objects.filter(key=key, state=Outbox.State.DUE).values_list("pk").first()
        if row is not None:
            send(row[0])

    transaction.on_commit(hand_over)


def send(row_id: int) -> None:
    """Tell a worker about a row. A broker that is away is no error: the sweep sends again."""
    try:
        deliverer.value(row_id)
    except Exception as error:
        if not _is_broker_error(error):
            raise
        log.warning("broker unreachable (%s); outbox row %s waits for the sweep", error, row_id)


def _is_broker_error(error: Exception) -> bool:
    from kombu.exceptions import KombuError, OperationalError
    from redis.exceptions import RedisError

    return isinstance(error, OperationalError | KombuError | RedisError | OSError)


def run(row_id: int) -> bool:
    """Do a row's work if it is due and nobody else is at it; whether it was done now."""
    # The attempt is counted in a transaction of its own: work that kills its worker each time
    # must come to an end too.
    with transaction.atomic():
        row = _due().select_for_update(skip_locked=True).filter(pk=row_id).first()
        if row is None:
            return False
        if row.attempts >= MAX_ATTEMPTS:
            _give_up(row, row.error or "worker died during every attempt")
            return False
        Outbox.objects.filter(pk=row_id).update(attempts=F("attempts") + 1)
    with transaction.atomic():
        row = _due().select_for_update(skip_locked=True).filter(pk=row_id).first()
        if row is None:
            return False
        try:
            # Whoever's page handed it over: mails, letters and records are Indonesian.
            with transaction.atomic(), override(settings.LANGUAGE_CODE):
                registered(row.kind).run(row.payload)
        except Exception as error:
            if connection.connection is None or connection.connection.closed:
                raise  # the database went away, and with it this transaction
            log.warning("%s %s, attempt %s: %s", row.kind, row.key, row.attempts, error)
            said = "".join(traceback.format_exception(error))[-4000:]
            (_give_up if isinstance(error, Hopeless) else _postpone)(row, said)
            return False
        row.state = Outbox.State.DONE
        row.done_at = now()
        row.payload = {}
        row.error = ""
        row.save(update_fields=["state", "done_at", "payload", "error"])
    log.info("%s %s done", row.kind, row.key)
    return True


def _due() -> Any:
    return Outbox.objects.filter(state=Outbox.State.DUE, due_at__lte=now())


def _postpone(row: Outbox, error: str) -> None:
    if row.attempts >= MAX_ATTEMPTS:
        _give_up(row, error)
        return
    row.error = error
    row.due_at = now() + DELAYS[min(row.attempts, len(DELAYS)) - 1]
    row.sent_at = None
    row.save(update_fields=["error", "due_at", "sent_at"])


def _give_up(row: Outbox, error: str) -> None:
    log.error("%s %s failed for good: %s", row.kind, row.key, error)
    row.state = Outbox.State.FAILED
    row.error = error
    row.save(update_fields=["state", "error"])
    try:
        on_failed = registered(row.kind).on_failed
    except UnknownKind:
        return
    if on_failed is not None:
        on_failed(row.payload, error)


def run_due(*, limit: int = 1000) -> int:
    """Do what is due in the current schema, here and now, with what follows from it; how many
    rows were done. For commands and tests; servers leave it to the workers."""
    done = 0
    while done < limit:
        waiting = _due().order_by("due_at", "pk").values_list("pk", flat=True)
        progress = sum(run(pk) for pk in list(waiting))
        if not progress:
            break
        done += progress  # and another round: work may have enqueued more
    return done


def retry(row_id: int) -> None:
    """Give a failed row a fresh set of attempts."""
    with transaction.atomic():
        changed = Outbox.objects.filter(pk=row_id, state=Outbox.State.FAILED).update(
            state=Outbox.State.DUE, attempts=0, due_at=now(), sent_at=now()
        )
        if changed:
            transaction.on_commit(lambda: send(row_id))


def sweep(*, everything: bool = False) -> int:
    """Send what is due in every schema and was not just sent; how many rows.

    ``everything`` (a worker starting) also sends rows whose message may still be on its way.
    A schema that cannot be read is reported and holds up no other.
    """
    found = 0
    names = schemas.value()
    for start in range(0, len(names), 100):
        batch = names[start : start + 100]
        try:
            found += _sweep(batch, everything)
        except DatabaseError:
            for name in batch:
                try:
                    found += _sweep([name], everything)
                except DatabaseError:
                    log.exception("outbox of schema %s cannot be read", name)
    return found


def _sweep(names: list[str], everything: bool) -> int:
    """One query over the outboxes of these schemas, then one message per row found."""
    if not names:
        return 0
    moment = now()
    sent_before = moment if everything else moment - RESEND_AFTER
    parts = [
        sql.SQL(
            "(SELECT {name}, id FROM {table} WHERE state = 'due' AND due_at <= {moment}"
            " AND (sent_at IS NULL OR sent_at <= {before}) ORDER BY due_at LIMIT 500)"
        ).format(
            name=sql.Literal(name),
            table=sql.Identifier(name, Outbox._meta.db_table),
            moment=sql.Literal(moment),
            before=sql.Literal(sent_before),
        )
        for name in names
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts))
        rows: list[tuple[str, int]] = cursor.fetchall()
    by_schema: dict[str, list[int]] = {}
    for name, row_id in rows:
        by_schema.setdefault(name, []).append(row_id)
    for name, ids in by_schema.items():
        with schema_context(name):
            Outbox.objects.filter(pk__in=ids).update(sent_at=moment)
            for row_id in ids:
                send(row_id)
    return len(rows)


def forget_done(*, before: datetime) -> int:
    """Delete done rows of the current schema; how many."""
    deleted, _ = Outbox.objects.filter(state=Outbox.State.DONE, done_at__lt=before).delete()
    return deleted
