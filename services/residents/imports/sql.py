"""Statements over a whole import. Table and column names come from the models alone, values as
parameters."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

from services.residents.models import Household, ImportFamily, ImportRow, Person, PersonEvent
from services.residents.models.people import NameKey
from tenants.office.models import Unit

# What statements call the tables.
NAMES = {
    "row": ImportRow._meta.db_table,
    "family": ImportFamily._meta.db_table,
    "person": Person._meta.db_table,
    "household": Household._meta.db_table,
    "event": PersonEvent._meta.db_table,
    "unit": Unit._meta.db_table,
}

POINTS = ("latitude", "longitude")  # kept as text in JSON
_AT_ONCE = 5_000


def run(statement: str, values: Sequence[Any] = ()) -> int:
    """Run one statement in which ``{row}``, ``{person}`` … stand for tables; how many rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format_map(NAMES), values or None)
        return int(cursor.rowcount)


def fetch(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of one query, likewise."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format_map(NAMES), values or None)
        return list(cursor.fetchall())


def spread(statement: str, marks: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement with ``{values}`` for rows of values, some thousand at a time."""
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        filled = statement.format_map({**NAMES, "values": ", ".join([marks] * len(part))})
        with connection.cursor() as cursor:
            cursor.execute(filled, [value for row in part for value in row])


def name_key(expression: str) -> str:
    """SQL for the folded words of a name, as ``Person.name_key`` has them."""
    return str(NameKey.template % {"expressions": expression})


def is_text(field: str) -> bool:
    """Whether "" stands for "not known" in this column of a person."""
    return isinstance(Person._meta.get_field(field), models.CharField)


def type_of(field: str) -> str:
    """The type of a person's column, to read JSON back into it."""
    return str(Person._meta.get_field(field).db_type(connection))


_ADD_PROBLEM = "coalesce(r.problems, '[]') || jsonb_build_array(jsonb_build_array({}, {}))"
_ADD_DOUBT = "coalesce(r.doubts, '[]') || jsonb_build_array(jsonb_build_array({}, {}))"


def problem(heading: str, said: str) -> str:
    """SQL that refuses a line ``r``; both are SQL."""
    return f"state = 'refused', problems = {_ADD_PROBLEM.format(heading, said)}"


def doubt(kind: str, said: str) -> str:
    return f"doubts = {_ADD_DOUBT.format(kind, said)}"
