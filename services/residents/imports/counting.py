"""What writing a checked import would change: counted, and field by field."""

# ruff: noqa: S608 - names of tables and columns are the models', values are parameters

from typing import Any

from services.residents.imports import sql
from services.residents.imports.staged import PERSONAL

NUMBERS = ("nik", "father_nik", "mother_nik")
FIELDS = (*PERSONAL, *NUMBERS, "household")


def differs(field: str) -> str:
    """SQL: whether line ``r`` says something else in this field than person ``p`` has."""
    if field in ("father_nik", "mother_nik"):
        # Sealed anew each time, so two cannot be compared: a known one stays.
        return f"(r.{field}_sealed IS NOT NULL AND p.{field}_sealed IS NULL)"
    if field == "nik":
        return "(r.nik_print IS NOT NULL AND p.nik_print IS NULL)"
    if field == "household":
        return "(f.number IS NOT NULL AND f.household_id IS DISTINCT FROM p.household_id)"
    return f"(r.{field} IS NOT NULL AND r.{field} IS DISTINCT FROM p.{field})"


_JOINED = """
    {row} r LEFT JOIN {person} p ON p.id = r.person_id
            LEFT JOIN {family} f ON f.kk_print = r.kk_print
"""


def count() -> dict[str, Any]:
    """What writing would do: numbers alone, and for each field the first line that changes it."""
    known = "r.state IS NULL AND p.id IS NOT NULL"
    changed = " OR ".join(["coalesce(f.is_changed, false)", *map(differs, FIELDS)])
    per_field = ", ".join(
        f"count(*) FILTER (WHERE {known} AND {differs(field)}), "
        f"min(r.line) FILTER (WHERE {known} AND {differs(field)})"
        for field in FIELDS
    )
    has_known = bool(sql.fetch("SELECT 1 FROM {row} WHERE person_id IS NOT NULL LIMIT 1"))
    ((total, refused, doubtful, new, changes, *fields),) = sql.fetch(
        f"""
        SELECT count(*), count(*) FILTER (WHERE r.state = 'refused'),
               count(*) FILTER (WHERE r.state IS NULL AND r.doubts IS NOT NULL),
               count(*) FILTER (WHERE r.state IS NULL AND r.person_id IS NULL),
               {
            f"count(*) FILTER (WHERE {known} AND ({changed})), {per_field}" if has_known else "0"
        }
          FROM {_JOINED if has_known else "{row} r"}
        """
    )
    ((households,),) = sql.fetch("SELECT count(*) FROM {family} WHERE is_changed")
    return {
        "lines": total,
        "refused": refused,
        "doubtful": doubtful,
        "new": new,
        "changed": changes,
        "unchanged": total - refused - new - changes,
        "households": households,
        "fields": {
            field: [number, line]
            for field, number, line in zip(FIELDS, fields[::2], fields[1::2], strict=False)
            if number
        },
        "doubts": dict(
            sql.fetch(
                "SELECT d->>0, count(*) FROM {row} r, jsonb_array_elements(r.doubts) d"
                " WHERE r.state IS NULL GROUP BY 1 ORDER BY 1"
            )
        ),
        "problems": dict(
            sql.fetch(
                "SELECT d->>0, count(DISTINCT r.line) FROM {row} r,"
                " jsonb_array_elements(r.problems) d WHERE r.state = 'refused'"
                " GROUP BY 1 ORDER BY 2 DESC, 1"
            )
        ),
    }
