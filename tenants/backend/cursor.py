"""A psycopg2 cursor that says which city it means, in the same message as the statement.

``SET LOCAL search_path`` precedes the first statement of each transaction, and every statement
sent outside one: PostgreSQL runs a message of several statements as one transaction, so the
path is gone when the message is done. Nothing ever stays on the server connection, which is why
it may be shared through a transaction pooler; and it costs no extra round trip.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from psycopg2 import extensions, sql

from tenants.backend.place import IN_PUBLIC, Place, current_place

Query: TypeAlias = str | bytes | sql.Composable
Params: TypeAlias = Sequence[Any] | Mapping[str, Any] | None

# Refused by PostgreSQL inside a transaction, hence also in a message of several statements.
ALONE = re.compile(
    r"\s*(VACUUM|(CREATE|DROP)\s+(DATABASE|TABLESPACE|SUBSCRIPTION)|ALTER\s+SYSTEM|REINDEX|CLUSTER"
    r"|CREATE\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY|DROP\s+INDEX\s+CONCURRENTLY"
    r"|ALTER\s+TABLE\s.*DETACH\s.*CONCURRENTLY)\b",
    re.IGNORECASE,
)
DEFINES = re.compile(r"\s*(CREATE|ALTER|DROP|TRUNCATE|COMMENT|GRANT|REVOKE)\b", re.IGNORECASE)
ROLLBACK = re.compile(r"\s*(ROLLBACK|ABORT)\b", re.IGNORECASE)

USUAL = frozenset("SIUW")  # SELECT, INSERT, UPDATE, WITH: none of the special cases


class Connection(Protocol):
    """What the cursor needs of Django's wrapper."""

    path_in_force: str | None
    touched: set[str]

    @property
    def commands_apart(self) -> bool: ...


class CityCursor(extensions.cursor):
    """Client-side cursor; see the module's docstring."""

    wrapper: Connection | None = None

    def _prefix(self) -> str:
        """What must stand before the next statement; empty when the path is already right."""
        wrapper = self.wrapper
        if wrapper is None:
            return ""
        raw = self.connection
        place = current_place.get()
        if raw.autocommit:
            if raw.get_transaction_status() == extensions.TRANSACTION_STATUS_INERROR:
                return ""
        elif raw.status == extensions.STATUS_READY:
            pass  # this statement opens a transaction
        elif (
            wrapper.path_in_force == place.path
            # Only ROLLBACK is accepted now, and it takes the path with it.
            or raw.get_transaction_status() == extensions.TRANSACTION_STATUS_INERROR
        ):
            return ""
        wrapper.path_in_force = place.path
        if place is not IN_PUBLIC:
            wrapper.touched.add(place.path)
        return place.prefix

    def _text(self, query: Query) -> str:
        if isinstance(query, sql.Composable):
            return query.as_string(self)
        if isinstance(query, bytes):
            return query.decode(extensions.encodings[self.connection.encoding])
        return query

    def _alone(self, place: Place, run: Callable[[], None]) -> None:
        """Run a statement that tolerates no other in its message: three messages, on a direct
        (unpooled) connection only. The path is taken away again whatever happens."""
        super().execute(f"SET search_path={place.path}")
        try:
            run()
        finally:
            if not self.connection.closed:
                with self.connection.cursor() as cleaner:
                    extensions.cursor.execute(cleaner, "RESET search_path")

    def execute(self, query: Query, vars: Params = None) -> None:
        text = query if type(query) is str else self._text(query)
        if self.wrapper is not None:
            if text[:1] in USUAL:
                super().execute(self._prefix() + text, vars)
                return
            if ROLLBACK.match(text):
                # ROLLBACK TO SAVEPOINT also undoes a path set since the savepoint.
                self.wrapper.path_in_force = None
                super().execute(text, vars)
                return
            if self.connection.autocommit and ALONE.match(text):
                self._alone(
                    current_place.get(), lambda: super(CityCursor, self).execute(text, vars)
                )
                return
            if self.wrapper.commands_apart and DEFINES.match(text):
                self._apart(text, vars)
                return
            text = self._prefix() + text
        super().execute(text, vars)

    def _apart(self, text: str, vars: Params) -> None:
        """Send the path in a message of its own ahead of the command, in one transaction."""
        idle = extensions.TRANSACTION_STATUS_IDLE
        if not self.connection.autocommit or self.connection.get_transaction_status() != idle:
            if prefix := self._prefix():
                super().execute(prefix.rstrip(";"))
            super().execute(text, vars)
            return
        super().execute("BEGIN")
        try:
            super().execute(self._prefix().rstrip(";"))
            super().execute(text, vars)
        except BaseException:
            super().execute("ROLLBACK")
            raise
        super().execute("COMMIT")

    def executemany(self, query: Query, vars_list: Iterable[Params]) -> None:
        text = self._text(query)
        if self.wrapper is None:
            super().executemany(text, vars_list)
        elif self.connection.autocommit:
            super().executemany(current_place.get().prefix + text, vars_list)
        else:
            self._announce()
            super().executemany(text, vars_list)

    def copy_expert(self, sql: Query, file: Any, size: int = 8192) -> None:
        super().copy_expert(self._prefix() + self._text(sql), file, size)

    def copy_from(self, *args: Any, **kwargs: Any) -> None:
        self._announce()
        super().copy_from(*args, **kwargs)

    def copy_to(self, *args: Any, **kwargs: Any) -> None:
        self._announce()
        super().copy_to(*args, **kwargs)

    def callproc(self, procname: str | bytes, parameters: Any = None) -> Any:
        self._announce()
        return super().callproc(procname, parameters)

    def _announce(self) -> None:
        """Send the path by itself, for calls whose statement psycopg2 writes."""
        if self.wrapper is None:
            return
        if self.connection.autocommit:
            raise RuntimeError("Open a transaction first: the city's path lasts only as long.")
        if prefix := self._prefix():
            super().execute(prefix.rstrip(";"))


class CityServerCursor(extensions.cursor):
    """Server-side cursor. Its DECLARE is written by psycopg2, so the path goes ahead of it:
    in a transaction as a statement of its own, otherwise by declaring the cursor ourselves."""

    wrapper: Connection | None = None

    def execute(self, query: Query, vars: Params = None) -> None:
        raw = self.connection
        text = query.as_string(self) if isinstance(query, sql.Composable) else query
        with raw.cursor(cursor_factory=CityCursor) as helper:
            helper.wrapper = self.wrapper
            if not raw.autocommit:
                helper._announce()
                super().execute(text, vars)
                return
            body = self.mogrify(text, vars) if vars is not None else text
            if isinstance(body, bytes):
                body = body.decode(extensions.encodings[raw.encoding])
            name = extensions.quote_ident(str(self.name), raw)
            # WITH HOLD: the rows are fetched when the message's transaction has ended.
            helper.execute(f"DECLARE {name} NO SCROLL CURSOR WITH HOLD FOR {body}")
