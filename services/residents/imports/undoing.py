"""Giving back what a whole import brought: its changes, its people, its families.

What was changed or used since stays as it is, and is counted. Each batch is one transaction; what
was given back has an event that reverses the first, so a batch that is run twice does nothing.
"""

# ruff: noqa: S608 - names of tables and columns are the models', values are parameters

import json
from collections import Counter
from typing import Any

from services.residents.imports import sql
from services.residents.imports.counting import NUMBERS
from services.residents.imports.staged import PERSONAL
from services.residents.models import Household, ImportRun, Person, PersonEvent, Source
from services.residents.sealing import seal, unseal

OF_CARD = ("address", "rt", "postal_code")  # in events of a whole family card
EVENTS, PEOPLE = 20_000, 20_000  # of one batch

# Why somebody the import brought stays.
BECAUSE = {
    PersonEvent: "changed",
    Person: "merged",
}
KEPT = {
    "changed": "datanya berubah lagi sesudah impor ini",
    "merged": "digabung dengan catatan lain",
    "used": "sudah punya akun, permohonan, surat, atau peran",
    "later": "isian yang berubah lagi sesudah impor ini, jadi dibiarkan",
}


def last_event(run: ImportRun) -> int:
    ((last,),) = sql.fetch(
        "SELECT coalesce(max(id), 0) FROM {event} WHERE source_id = %s", [run.source_id]
    )
    return int(last)


def last_person(run: ImportRun, below: int = 1 << 62) -> int:
    """The row number of the last person the import brought, 0 for none."""
    ((last,),) = sql.fetch(
        "SELECT coalesce(max(id), 0) FROM {person} WHERE source_id = %s AND id < %s",
        [run.source_id, below],
    )
    return int(last)


# --- changes --------------------------------------------------------------------------------------


def _now(field: str) -> str:
    """SQL: a person's value as ``PersonEvent.changes`` keeps it; JSON null for none."""
    if field == "household":
        return "to_jsonb(p.household_id)"
    kept = f"nullif(p.{field}, '')" if sql.is_text(field) else f"p.{field}"
    kept = f"({kept})::text" if field in sql.POINTS else kept
    return f"coalesce(to_jsonb({kept}), 'null')"


def _before(field: str) -> str:
    """SQL: the value before the import, of the column's type."""
    before = f"(e.changes->'{field}'->>0)"
    if field == "household":
        return f"{before}::bigint"
    value = f"{before}::{sql.type_of(field)}"
    return f"coalesce({value}, '')" if sql.is_text(field) else value


_FIELDS = (*PERSONAL, "household")
# The import writes a NIK only where none was known: it is still its own unless another event has
# brought one since.
_STILL_KNOWN = """e.numbers_sealed IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM {event} o WHERE o.person_id = e.person_id AND o.id > e.id
       AND o.numbers_sealed IS NOT NULL AND o.reverses_id IS NULL)"""


def give_back(run: ImportRun, origin: Source, until: int) -> tuple[int, int, int]:
    """Undo the latest changes up to the event ``until``: how many people, how many fields were
    changed again since, and the event before which to go on (0: none are left)."""
    sql.run("DROP TABLE IF EXISTS import_undo")
    still = ", ".join(
        f"'{field}', CASE WHEN e.changes ? '{field}' AND e.changes->'{field}'->1 = {_now(field)}"
        f" THEN jsonb_build_array(e.changes->'{field}'->1, e.changes->'{field}'->0) END"
        for field in _FIELDS
    )
    count = sql.run(
        f"""
        CREATE TEMP TABLE import_undo ON COMMIT DROP AS
        SELECT e.id, e.person_id, e.changes, e.detail, e.numbers_sealed,
               NULL::bytea AS numbers_back,
               CASE WHEN {_STILL_KNOWN} THEN array(
                    SELECT name FROM jsonb_object_keys(e.detail->'sources') name
                     WHERE name = ANY(%s)) ELSE '{{{{}}}}' END AS numbers,
               jsonb_strip_nulls(jsonb_build_object({still})) AS back
          FROM {{event}} e JOIN {{person}} p ON p.id = e.person_id
         WHERE e.source_id = %s AND e.id <= %s
           AND NOT EXISTS (SELECT 1 FROM {{event}} o WHERE o.reverses_id = e.id)
         ORDER BY e.id DESC LIMIT {EVENTS} FOR UPDATE OF p
        """,
        [list(NUMBERS), run.source_id, until],
    )
    if not count:
        return 0, 0, 0
    sql.run("ANALYZE import_undo")
    _households_back()
    _numbers_back()
    columns = {field: field for field in PERSONAL} | {"household": "household_id"}
    given_back = [
        f"{column} = CASE WHEN e.back ? '{field}' THEN {_before(field)} ELSE p.{column} END"
        for field, column in columns.items()
    ]
    given_back += [
        f"{column} = CASE WHEN '{field}' = ANY(e.numbers) THEN NULL ELSE p.{column} END"
        for field, column in (*((name, f"{name}_sealed") for name in NUMBERS),
                              ("nik", "nik_print"))
    ]  # fmt: skip
    names = "array(SELECT jsonb_object_keys(e.back)) || e.numbers"
    sql.run(
        f"""
        UPDATE {{person}} p SET {", ".join(given_back)}, updated_at = now(),
               field_sources = (p.field_sources - ({names}))
                   || jsonb_strip_nulls(coalesce((SELECT jsonb_object_agg(
                          name, e.detail->'sources'->name)
                          FROM unnest({names}) name), '{{{{}}}}'))
          FROM import_undo e
         WHERE p.id = e.person_id
           AND (e.back - %s::text[] <> '{{{{}}}}' OR cardinality(e.numbers) > 0)
        """,
        [list(OF_CARD)],
    )
    sql.run(
        """
        UPDATE {person} p SET place = u.code
          FROM import_undo e, {household} h JOIN {unit} u ON u.id = h.rt_id
         WHERE p.id = e.person_id AND h.id = p.household_id AND p.place <> u.code
        """
    )
    given = sql.run(
        """
        INSERT INTO {event} (person_id, kind, source_id, entered_by_id, entered_at, changes,
                             numbers_sealed, detail, reverses_id)
        SELECT person_id, 'undo', %s, %s, now(), back, numbers_back, CASE WHEN detail ? 'household'
               THEN jsonb_build_object('household', detail->'household') ELSE '{{}}' END, id
          FROM import_undo
         WHERE back <> '{{}}' OR cardinality(numbers) > 0 ORDER BY id
        """,
        [origin.pk, origin.by_id],
    )
    ((later, first),) = sql.fetch(
        "SELECT coalesce(sum((SELECT count(*) FROM jsonb_object_keys(changes - array("
        "SELECT jsonb_object_keys(back))))), 0), min(id) FROM import_undo"
    )
    return given, int(later), int(first) - 1


def _numbers_back() -> None:
    """What the events that undo say of NIKs: the number before is that the import brought."""
    found = sql.fetch(
        "SELECT id, numbers, numbers_sealed FROM import_undo WHERE cardinality(numbers) > 0"
    )
    rows = []
    for event, names, sealed in found:
        changed = json.loads(unseal(sealed))
        back = {name: [changed[name][1], None] for name in names if name in changed}
        rows.append((event, seal(json.dumps(back))))
    sql.spread(
        "UPDATE import_undo u SET numbers_back = v.sealed"
        " FROM (VALUES {values}) v (id, sealed) WHERE v.id = u.id",
        "(%s::bigint, %s::bytea)",
        rows,
    )


def _households_back() -> None:
    """Addresses and RTs of family cards, where they are still as the import left them."""
    sql.run("DROP TABLE IF EXISTS import_moves")
    sql.run(
        """
        CREATE TEMP TABLE import_moves ON COMMIT DROP AS
        SELECT DISTINCT ON (h.id) h.id, e.changes,
               (e.detail->>'household_source')::bigint AS source,
               (NOT e.changes ? 'address' OR h.address = e.changes->'address'->>1)
               AND (NOT e.changes ? 'rt' OR u.code = e.changes->'rt'->>1)
               AND (NOT e.changes ? 'postal_code'
                    OR h.postal_code = e.changes->'postal_code'->>1) AS is_as_left
          FROM import_undo e JOIN {household} h ON h.id = (e.detail->>'household')::bigint
          JOIN {unit} u ON u.id = h.rt_id
         ORDER BY h.id
        """
    )
    sql.run(
        """
        UPDATE {household} h SET
               address = coalesce(m.changes->'address'->>0, h.address),
               postal_code = coalesce(m.changes->'postal_code'->>0, h.postal_code),
               rt_id = coalesce(u.id, h.rt_id), source_id = m.source, updated_at = now()
          FROM import_moves m LEFT JOIN {unit} u ON u.code = m.changes->'rt'->>0
         WHERE h.id = m.id AND m.is_as_left
        """
    )
    # Each member's event is reversed with it.
    swapped = ", ".join(
        f"'{field}', CASE WHEN e.changes ? '{field}' THEN jsonb_build_array("
        f"e.changes->'{field}'->1, e.changes->'{field}'->0) END"
        for field in OF_CARD
    )
    sql.run(
        f"""
        UPDATE import_undo e SET
               back = e.back || jsonb_strip_nulls(jsonb_build_object({swapped}))
          FROM import_moves m
         WHERE m.id = (e.detail->>'household')::bigint AND m.is_as_left
        """
    )
    sql.run(
        """
        UPDATE {person} p SET place = u.code, updated_at = now()
          FROM import_moves m JOIN {household} h ON h.id = m.id JOIN {unit} u ON u.id = h.rt_id
         WHERE p.household_id = h.id AND m.is_as_left AND p.place <> u.code
        """
    )


# --- people and families --------------------------------------------------------------------------


def _used(person: str) -> list[tuple[str, str]]:
    """(Why, SQL that says whether), for every table that points to people."""
    found = []
    for relation in Person._meta.related_objects:
        field: Any = relation.field
        model = field.model
        because = BECAUSE.get(model, "used")
        found.append(
            (because, f'EXISTS (SELECT 1 FROM "{model._meta.db_table}" x '
                      f'WHERE x."{field.column}" = {person})')
        )  # fmt: skip
    return found


def remove_people(run: ImportRun, since: int, until: int) -> tuple[int, Counter[str]]:
    """Delete the people the import brought, by row numbers; how many went, and why others stay."""
    reasons = _used("p.id")
    whys = " ".join(f"WHEN {used} THEN '{because}'" for because, used in reasons)
    values = [run.source_id, since, until]
    stays = sql.fetch(
        f"""
        SELECT why, count(*) FROM (
            SELECT CASE {whys} END AS why FROM {{person}} p
             WHERE source_id = %s AND id >= %s AND id < %s) w
         WHERE why IS NOT NULL GROUP BY 1
        """,
        values,
    )
    unused = " AND ".join(f"NOT {used}" for _, used in reasons)
    gone = sql.run(
        f"DELETE FROM {{person}} p WHERE source_id = %s AND id >= %s AND id < %s AND {unused}",
        values,
    )
    return gone, Counter(dict(stays))


def remove_families(run: ImportRun) -> int:
    """Delete the family cards the import brought that nobody belongs to any more."""
    untouched = """NOT EXISTS (
        SELECT 1 FROM {event} e WHERE e.source_id = h.source_id
           AND (e.detail->>'household')::bigint = h.id)"""
    used = " AND ".join(
        f'NOT EXISTS (SELECT 1 FROM "{relation.field.model._meta.db_table}" x '
        f'WHERE x."{relation.field.column}" = h.id)'
        for relation in Household._meta.related_objects
    )
    return sql.run(
        f"DELETE FROM {{household}} h WHERE source_id = %s AND {untouched} AND {used}",
        [run.source_id],
    )
