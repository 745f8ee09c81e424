"""Outbox rows whose message was lost are sent again; rows that are done are forgotten."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection
from django_tenants.utils import schema_context
from psycopg2 import sql

from kernel.clock import now
from kernel.registry import Hook
from messaging import outbox
from messaging.models import Outbox

log = logging.getLogger(__name__)


RESEND_AFTER = timedelta(seconds=90)  # a message this old may be lost with its broker


KEEP_DONE = timedelta(days=35)  # a month's mails can still be counted at its end


def _only_public() -> list[str]:
    wrapper: Any = connection  # ours knows its schema
    return [wrapper.schema_name]


schemas: Hook[Callable[[], list[str]]] = Hook(
    "schemas with work", "which schemas may hold outbox rows", default=_only_public
)


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
            "(SELECT {name}, id, kind FROM {table}"
            " WHERE state IN ('due', 'acting', 'unknown') AND due_at <= {moment}"
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
        rows: list[tuple[str, int, str]] = cursor.fetchall()
    by_schema: dict[str, list[tuple[int, str]]] = {}
    for name, row_id, kind in rows:
        by_schema.setdefault(name, []).append((row_id, kind))
    for name, found in by_schema.items():
        with schema_context(name):
            Outbox.objects.filter(pk__in=[row_id for row_id, _ in found]).update(sent_at=moment)
            for row_id, kind in found:
                outbox.send(row_id, kind)
    return len(rows)


def forget_done(*, before: datetime) -> int:
    """Delete done rows of the current schema; how many."""
    deleted, _ = Outbox.objects.filter(state=Outbox.State.DONE, done_at__lt=before).delete()
    return deleted
