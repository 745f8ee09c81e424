"""Work that happens after a commit: written with its cause, done once, by whichever worker.

``enqueue`` writes a row in the current schema. There are two kinds of work:

``@handler`` only writes to the database. A worker runs it in one transaction that holds the row
locked: what it writes and the mark "done" commit together, and a worker that dies leaves the row
free at once. It never happens twice.

``@effect`` does something outside (a mail, a signature). The row is claimed in a short
transaction with a lease, the effect runs outside any transaction and without a lock, and its
result is recorded in a second transaction. When the worker dies or the answer does not come, it
is not known whether the effect happened: then ``reconcile`` finds out, or a person does. An
effect is repeated only when it says that the receiver recognises the repetition
(``repeatable``).
"""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import override

from kernel.clock import now
from kernel.logs import looks_secret
from kernel.registry import Hook
from messaging.models import Outbox
from messaging.work import (
    Effect,
    Hopeless,
    NotDone,
    NotYet,
    Outcome,
    Registered,
    UnknownKind,
    handlers,
    registered,
)

log = logging.getLogger(__name__)


MAX_ATTEMPTS = 8  # with the delays below: about a day
DELAYS = [timedelta(seconds=s) for s in (5, 30, 120, 600, 3600, 4 * 3600, 16 * 3600)]
WAIT = timedelta(minutes=10)  # for a release that can do the work


def _no_worker(row_id: int, queue: str) -> None:
    raise RuntimeError("messaging.tasks is not loaded: nobody carries outbox rows to a worker")


deliverer: Hook[Callable[[int, str], None]] = Hook(
    "deliverer", "how a worker is told about an outbox row", default=_no_worker
)


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
            send(row[0], kind)

    transaction.on_commit(hand_over)


def _queue(kind: str) -> str:
    known = handlers.get(kind)
    return known.queue if known is not None else "celery"  # a later release's kind


def send(row_id: int, kind: str) -> None:
    """Tell a worker about a row. A broker that is away is no error: the sweep sends again."""
    try:
        deliverer.value(row_id, _queue(kind))
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
        known = handlers.get(row.kind)
        has_begun = isinstance(known, Effect) and row.state != Outbox.State.DUE
        if not has_begun and row.attempts >= MAX_ATTEMPTS:
            _give_up(row, row.error or "worker died during every attempt")
            return False
        if isinstance(known, Effect):
            _lease(row, known)
        else:
            Outbox.objects.filter(pk=row_id).update(attempts=F("attempts") + 1)
    if isinstance(known, Effect):
        return _find_out(row, known) if has_begun else _act(row, known)
    with transaction.atomic():
        row = _due().select_for_update(skip_locked=True).filter(pk=row_id).first()
        if row is None:
            return False
        try:
            # Whoever's page handed it over: mails, letters and records are Indonesian.
            with transaction.atomic(), override(settings.LANGUAGE_CODE):
                writes = registered(row.kind)
                assert isinstance(writes, Registered)
                writes.run(row.payload)
        except Exception as error:
            if connection.connection is None or connection.connection.closed:
                raise  # the database went away, and with it this transaction
            log.warning("%s %s, attempt %s: %s", row.kind, row.key, row.attempts, error)
            if isinstance(error, NotYet):
                _wait(row, _said(error))
            else:
                (_give_up if isinstance(error, Hopeless) else _postpone)(row, _said(error))
            return False
        _finish(row)
    log.info("%s %s done", row.kind, row.key)
    return True


def _said(error: Exception) -> str:
    return "".join(traceback.format_exception(error))[-4000:]


def _finish(row: Outbox) -> None:
    row.state = Outbox.State.DONE
    row.done_at = now()
    row.payload = {}
    row.error = ""
    row.save(update_fields=["state", "done_at", "payload", "error"])


# --- effects ------------------------------------------------------------------------------------


def _lease(row: Outbox, effect: Effect) -> None:
    """Claim the row: until its lease ends no other worker touches it."""
    if row.state == Outbox.State.DUE:
        row.state = Outbox.State.ACTING
        row.attempts += 1
    else:
        row.state = Outbox.State.UNKNOWN
    row.due_at = now() + effect.lease
    row.save(update_fields=["state", "attempts", "due_at"])


def _ours(row: Outbox) -> Outbox | None:
    """The row again, locked, unless its lease ended meanwhile and somebody else has it."""
    return (
        Outbox.objects.select_for_update()
        .filter(pk=row.pk, state=row.state, attempts=row.attempts, due_at=row.due_at)
        .first()
    )


def _act(row: Outbox, effect: Effect) -> bool:
    """Let the effect happen, outside any transaction, and record what came of it."""
    if _in_transaction():
        raise RuntimeError(f"the effect {row.kind} would hold a transaction open")
    try:
        with override(settings.LANGUAGE_CODE):
            result = effect.act(row.payload, row.key)
    except Exception as error:
        log.warning("%s %s, attempt %s: %s", row.kind, row.key, row.attempts, error)
        with transaction.atomic():
            held = _ours(row)
            if held is None:
                return False
            if isinstance(error, Hopeless):
                _give_up(held, _said(error))
            elif isinstance(error, NotDone):
                _postpone(held, _said(error))
            else:
                _not_known(held, effect, _said(error))
        return False
    return _recorded(row, effect, result)


def _recorded(row: Outbox, effect: Effect, result: object) -> bool:
    with transaction.atomic():
        held = _ours(row)
        if held is None:
            return False
        _record(held, effect, result)
    log.info("%s %s done", row.kind, row.key)
    return True


def _record(row: Outbox, effect: Effect, result: object) -> None:
    """Write what came of an effect and mark its row done, in the running transaction."""
    if effect.record is not None:
        with override(settings.LANGUAGE_CODE):
            effect.record(row.payload, result)
    _finish(row)


def _not_known(row: Outbox, effect: Effect, said: str) -> None:
    """Nobody can say whether it happened: ask, repeat what may be repeated, or let a person
    decide."""
    if effect.reconcile is not None and row.attempts < MAX_ATTEMPTS:
        row.state = Outbox.State.UNKNOWN
        row.due_at = now() + DELAYS[min(max(row.attempts, 1), len(DELAYS)) - 1]
    elif effect.repeatable:
        _postpone(row, said)
        return
    else:
        row.state = Outbox.State.HELD
        log.error("%s %s: outcome not known", row.kind, row.key)
    row.error = said
    row.sent_at = None
    row.save(update_fields=["state", "due_at", "error", "sent_at"])


def _find_out(row: Outbox, effect: Effect) -> bool:
    """The lease of an effect ended without a word, or its outcome is to be asked for."""
    found = Outcome.UNKNOWN
    said = row.error or "the worker ended while the effect was under way"
    if effect.reconcile is not None:
        try:
            found = effect.reconcile(row.payload, row.key)
        except Exception as error:
            log.warning("%s %s: reconciliation failed: %s", row.kind, row.key, error)
            said = _said(error)
    if found is Outcome.DONE:
        return _recorded(row, effect, None)
    with transaction.atomic():
        held = _ours(row)
        if held is None:
            return False
        if found is Outcome.NOT_DONE:
            _postpone(held, said)
        else:
            held.attempts += 1
            held.save(update_fields=["attempts"])
            _not_known(held, effect, said)
    return False


def resolve(row_id: int, *, happened: bool) -> None:
    """A person says whether a held effect happened; if not, it is tried again."""
    with transaction.atomic():
        row = _locked(row_id, Outbox.State.HELD)
        if row is None:
            return
        if happened:
            known = handlers.get(row.kind)
            if isinstance(known, Effect):
                _record(row, known, None)
            else:  # of a release that is gone
                _finish(row)
        else:
            _begin_anew(row)


def close_held(kind: str, payload: dict[str, object]) -> bool:
    """What a held effect was for has been settled by its app, which writes what came of it in the
    running transaction: the row is done. False where none with this payload is held."""
    rows = Outbox.objects.select_for_update().filter(
        kind=kind, state=Outbox.State.HELD, payload__contains=payload
    )
    found = list(rows)
    for row in found:
        _finish(row)
    return bool(found)


def _locked(row_id: int, state: Outbox.State) -> Outbox | None:
    return Outbox.objects.select_for_update().filter(pk=row_id, state=state).first()


def _begin_anew(row: Outbox) -> None:
    """A fresh set of attempts, in the running transaction."""
    row.state = Outbox.State.DUE
    row.attempts, row.due_at, row.sent_at = 0, now(), now()
    row.save(update_fields=["state", "attempts", "due_at", "sent_at"])
    transaction.on_commit(lambda: send(row.pk, row.kind))


def _due() -> Any:
    return Outbox.objects.filter(state__in=Outbox.OPEN, due_at__lte=now())


def _postpone(row: Outbox, error: str) -> None:
    if row.attempts >= MAX_ATTEMPTS:
        _give_up(row, error)
        return
    row.state = Outbox.State.DUE
    row.error = error
    row.due_at = now() + DELAYS[min(row.attempts, len(DELAYS)) - 1]
    row.sent_at = None
    row.save(update_fields=["state", "error", "due_at", "sent_at"])


def _wait(row: Outbox, error: str) -> None:
    row.attempts, row.error, row.sent_at = 0, error, None
    row.due_at = now() + WAIT
    row.save(update_fields=["attempts", "error", "due_at", "sent_at"])


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
        row = _locked(row_id, Outbox.State.FAILED)
        if row is not None:
            _begin_anew(row)
