"""Django's schema editor for Citus with schema-based sharding.

Citus refuses a column that brings a constraint along, and a message of several commands of which
one defines something. So a column is added bare, each constraint follows by name, and what Django
writes as one text of two commands is sent as two messages.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.models import Field, Model

# The two texts of Django's PostgreSQL editor that hold two commands.
_SET_FIRST = re.compile(r"(SET CONSTRAINTS [^;]+ IMMEDIATE); *(.+)", re.DOTALL)
_SET_LAST = re.compile(r"(.+); *(SET CONSTRAINTS [^;]+ IMMEDIATE)", re.DOTALL)


def commands_of(text: str) -> list[str]:
    """The commands of one text of Django's schema editor."""
    found = _SET_FIRST.fullmatch(text) or _SET_LAST.fullmatch(text)
    return list(found.groups()) if found else [text]


class CitusSchemaEditor(DatabaseSchemaEditor):
    """Adds constraints by name, one by one."""

    # Foreign keys follow their column as commands of their own.
    sql_create_column_inline_fk = None  # type: ignore[assignment]

    _column_is_bare = False

    def execute(self, sql: Any, params: Any = ()) -> None:
        parts = commands_of(str(sql))
        if len(parts) == 1:
            super().execute(sql, params)
            return
        for part in parts:
            # Only the text with values holds parameters.
            super().execute(part, params if params and "%s" in part else None)

    def _iter_column_sql(self, *args: Any, **kwargs: Any) -> Iterator[str]:
        for part in super()._iter_column_sql(*args, **kwargs):  # type: ignore[misc]
            if not (self._column_is_bare and part == "UNIQUE"):
                yield part

    def add_field(self, model: type[Model], field: "Field[Any, Any]") -> None:
        self._column_is_bare = True
        self.sql_check_constraint = ""
        try:
            super().add_field(model, field)
        finally:
            self._column_is_bare = False
            del self.sql_check_constraint
        column, table = field.column, model._meta.db_table
        if column is None or field.db_type(self.connection) is None:
            return
        check = field.db_parameters(self.connection).get("check")
        if check:
            self._add(table, f"{table}_{column}_check", f"CHECK ({check})")
        if field.unique and not field.primary_key:
            self._add(table, f"{table}_{column}_key", f"UNIQUE ({self.quote_name(column)})")

    def _add(self, table: str, name: str, definition: str) -> None:
        """A constraint under the name PostgreSQL itself would have given it."""
        self.execute(
            f"ALTER TABLE {self.quote_name(table)} ADD CONSTRAINT {self.quote_name(name[:63])}"
            f" {definition}",
            None,
        )
