"""Writing what was checked: families first, then people, a batch per transaction.

A batch is a handful of statements over thousands of lines. What differs is found again as each
batch is written, so that nothing learnt meanwhile is overwritten unseen: a blank changes nothing,
and nobody the register has as dead or gone is called alive unless that was accepted.
"""

# ruff: noqa: S608 - names of tables and columns are the models', values are parameters

import json
from collections.abc import Iterable

from events.subscribers import publish
from services.residents.events import PersonChanged
from services.residents.imports import checks, sql
from services.residents.imports.counting import FIELDS, NUMBERS, differs
from services.residents.imports.staged import PERSONAL
from services.residents.models import ImportRun, PersonEvent
from services.residents.places import ensure_rts, numbers
from services.residents.sealing import seal, unseal
from services.residents.search import words

FAMILIES, PEOPLE = 20_000, 25_000  # of one batch
Kind = PersonEvent.Kind


def prepare(run: ImportRun) -> None:
    """Leave out what is doubtful and was not accepted, and make the RTs that are missing."""
    sql.run(
        """
        UPDATE {row} r SET state = 'left' WHERE r.state IS NULL AND r.doubts IS NOT NULL
           AND EXISTS (SELECT 1 FROM jsonb_array_elements(r.doubts) d
                        WHERE NOT (d->>0 = ANY(%s)))
        """,
        [list(run.accepted)],
    )
    sql.run(
        """
        DELETE FROM {family} f WHERE NOT EXISTS (
            SELECT 1 FROM {row} r WHERE r.kk_print = f.kk_print AND r.state IS NULL)
        """
    )
    wanted = {place for (place,) in sql.fetch("SELECT DISTINCT place FROM {family}") if place}
    missing = wanted - {
        code
        for (code,) in sql.fetch("SELECT code FROM {unit} WHERE code = ANY(%s)", [list(wanted)])
    }
    if missing:
        ensure_rts(missing)
    run.counts["new_rts"] = sum(len(numbers(code)) == 2 for code in missing)
    sql.run("ANALYZE {family}")


def learn_words() -> None:
    """Let the search know the words of all names and addresses that will be written; committed
    before them, because another writer waits for a word that is being added."""
    words.learn_from(
        f"""
        SELECT {sql.name_key("word")} FROM (
            SELECT DISTINCT unnest(string_to_array(name, ' ')) AS word FROM {{row}}
             WHERE state IS NULL
            UNION SELECT DISTINCT unnest(string_to_array(address, ' ')) FROM {{family}}) said
        """.format_map(sql.NAMES)
    )


def last_family() -> int:
    ((last,),) = sql.fetch("SELECT coalesce(max(number), 0) FROM {family}")
    return int(last)


def last_line() -> int:
    ((last,),) = sql.fetch("SELECT coalesce(max(line), 0) FROM {row}")
    return int(last)


def left_out() -> int:
    """How many lines were doubtful and not accepted."""
    ((count,),) = sql.fetch("SELECT count(*) FROM {row} WHERE state = 'left'")
    return int(count)


# --- families -------------------------------------------------------------------------------------


def write_families(run: ImportRun, since: int, until: int) -> int:
    """Write the families numbered from ``since`` to below ``until``; how many are new."""
    source = run.source_id
    added = sql.run(
        """
        INSERT INTO {household} (kk_sealed, kk_print, address, rt_id, postal_code, source_id,
                                 updated_at)
        SELECT f.kk_sealed, f.kk_print, coalesce(f.address, ''), u.id,
               coalesce(f.postal_code, ''), %s, now()
          FROM {family} f JOIN {unit} u ON u.code = f.place
         WHERE f.household_id IS NULL AND f.number >= %s AND f.number < %s
         ORDER BY f.number
            ON CONFLICT (kk_print) DO NOTHING
        """,
        [source, since, until],
    )
    if sql.fetch(
        "SELECT 1 FROM {family} WHERE is_changed AND number >= %s AND number < %s LIMIT 1",
        [since, until],
    ):
        _change_families(run, since, until)
    return added


def _change_families(run: ImportRun, since: int, until: int) -> None:
    """Another address or RT for family cards the register has: an event for each member."""
    sql.run("DROP TABLE IF EXISTS import_moves")
    sql.run(
        """
        CREATE TEMP TABLE import_moves ON COMMIT DROP AS
        SELECT h.id, h.source_id, h.address, u.code AS place, h.postal_code,
               coalesce(nullif(f.address, ''), h.address) AS new_address,
               coalesce(nullif(f.postal_code, ''), h.postal_code) AS new_postal_code,
               CASE WHEN f.place IS NULL OR starts_with(u.code || '/', f.place || '/')
                    THEN u.code ELSE f.place END AS new_place
          FROM {family} f JOIN {household} h ON h.id = f.household_id
          JOIN {unit} u ON u.id = h.rt_id
         WHERE f.is_changed AND f.number >= %s AND f.number < %s
         ORDER BY h.id FOR UPDATE OF h
        """,
        [since, until],
    )
    moved = "m.new_address <> m.address OR m.new_place <> m.place"
    changed = f"({moved} OR m.new_postal_code <> m.postal_code)"
    sql.run(
        f"""
        INSERT INTO {{event}} (person_id, kind, source_id, entered_by_id, entered_at, changes,
                               detail)
        SELECT p.id, CASE WHEN {moved} THEN 'move_within' ELSE 'correction' END, %s, %s, now(),
               jsonb_strip_nulls(jsonb_build_object(
                   'address', CASE WHEN m.new_address <> m.address
                       THEN jsonb_build_array(m.address, m.new_address) END,
                   'rt', CASE WHEN m.new_place <> m.place
                       THEN jsonb_build_array(m.place, m.new_place) END,
                   'postal_code', CASE WHEN m.new_postal_code <> m.postal_code
                       THEN jsonb_build_array(m.postal_code, m.new_postal_code) END)),
               jsonb_build_object('household', m.id, 'household_source', m.source_id)
          FROM import_moves m JOIN {{person}} p ON p.household_id = m.id
         WHERE {changed} AND p.merged_into_id IS NULL AND p.status <> 2
         ORDER BY p.id
        """,
        [run.source_id, run.by_id],
    )
    sql.run(
        f"""
        UPDATE {{household}} h SET address = m.new_address, postal_code = m.new_postal_code,
               rt_id = u.id, updated_at = now(), source_id = CASE WHEN EXISTS (
                   SELECT 1 FROM {{person}} p WHERE p.household_id = h.id)
                   THEN %s ELSE h.source_id END
          FROM import_moves m JOIN {{unit}} u ON u.code = m.new_place
         WHERE h.id = m.id AND {changed}
        """,
        [run.source_id],
    )
    sql.run(
        """
        UPDATE {person} p SET place = m.new_place, updated_at = now() FROM import_moves m
         WHERE p.household_id = m.id AND m.new_place <> m.place
        """
    )


# --- people ---------------------------------------------------------------------------------------


def write_people(run: ImportRun, since: int, until: int) -> tuple[int, int]:
    """Write the lines from ``since`` to below ``until``; how many people are new, how many changed.

    A line whose NIK somebody else entered meanwhile changes that person.
    """
    lines = (since, until)
    ((new, known),) = sql.fetch(
        """
        SELECT count(*) FILTER (WHERE person_id IS NULL), count(person_id) FROM {row}
         WHERE state IS NULL AND line >= %s AND line < %s
        """,
        lines,
    )
    added = _add(run, lines) if new else 0
    if added < new:
        checks.match(lines)
    return added, _change(run, lines) if known or added < new else 0


def _new_value(field: str) -> str:
    if field == "status":
        return "coalesce(r.status, 1)"
    return f"coalesce(r.{field}, '')" if sql.is_text(field) else f"r.{field}"


def _add(run: ImportRun, lines: tuple[int, int]) -> int:
    kept = ("nik_sealed", "nik_print", "father_nik_sealed", "mother_nik_sealed")
    return sql.run(
        f"""
        INSERT INTO {{person}} (household_id, place, source_id, field_sources, updated_at,
                                {", ".join((*kept, *PERSONAL))})
        SELECT h.id, u.code, %s, '{{{{}}}}', now(),
               {", ".join((*(f"r.{name}" for name in kept), *map(_new_value, PERSONAL)))}
          FROM {{row}} r JOIN {{household}} h ON h.kk_print = r.kk_print
          JOIN {{unit}} u ON u.id = h.rt_id
         WHERE r.person_id IS NULL AND r.state IS NULL AND r.line >= %s AND r.line < %s
         ORDER BY r.line
            ON CONFLICT (nik_print) DO NOTHING
        """,
        [run.source_id, *lines],
    )


def _difference(field: str) -> str:
    """SQL: whether the line changes this field, as ``checks`` counted it."""
    if field == "status":
        # Nobody comes back from the dead, and without a yes to it nobody from elsewhere.
        return (
            "(r.status IS NOT NULL AND r.status <> p.status AND p.status <> 2"
            " AND (p.status = 1 OR r.status <> 1"
            " OR EXISTS (SELECT 1 FROM jsonb_array_elements(r.doubts) d"
            " WHERE d->>0 = 'revived')))"
        )
    if field == "household":
        return "(h.id IS NOT NULL AND h.id <> p.household_id)"
    return differs(field)


def _json(expression: str, field: str) -> str:
    """SQL for a value as ``PersonEvent.changes`` keeps it."""
    kept = f"nullif({expression}, '')" if field in PERSONAL and sql.is_text(field) else expression
    return f"to_jsonb(({kept})::text)" if field in sql.POINTS else f"to_jsonb({kept})"


_KIND = f"""
    CASE WHEN to_status = 2 THEN '{Kind.DEATH}' WHEN to_status = 4 THEN '{Kind.MISSING}'
         WHEN to_status IN (3, 6) THEN '{Kind.MOVE_OUT}'
         WHEN 'nik' = ANY(names) THEN '{Kind.IDENTIFIED}'
         WHEN changes ? 'household' THEN '{Kind.CARD}'
         WHEN changes->'relation'->>0 = '1' OR changes->'relation'->>1 = '1' THEN '{Kind.HEAD}'
         ELSE '{Kind.CORRECTION}' END
"""


def _change(run: ImportRun, lines: tuple[int, int]) -> int:
    """Write what is new of people the register has, each with one event."""
    sql.run("DROP TABLE IF EXISTS import_changes")
    columns = {field: (f"p.{field}", f"r.{field}") for field in PERSONAL}
    columns["household"] = ("p.household_id", "h.id")
    pairs = ", ".join(
        f"'{field}', CASE WHEN {_difference(field)} THEN jsonb_build_array("
        f"{_json(before, field)}, {_json(after, field)}) END"
        for field, (before, after) in columns.items()
    )
    numbers = ", ".join(f"CASE WHEN {_difference(field)} THEN '{field}' END" for field in NUMBERS)
    differences = " OR ".join(map(_difference, FIELDS))
    found = sql.run(
        f"""
        CREATE TEMP TABLE import_changes ON COMMIT DROP AS
        SELECT p.id, r.line, p.field_sources AS sources, h.id AS new_household,
               u.code AS new_place,
               CASE WHEN {_difference("status")} THEN r.status END AS to_status,
               jsonb_strip_nulls(jsonb_build_object({pairs})) AS changes,
               array_remove(ARRAY[{numbers}], NULL) AS names, NULL::bytea AS numbers_sealed
          FROM {{row}} r JOIN {{person}} p ON p.id = r.person_id
          LEFT JOIN {{household}} h ON h.kk_print = r.kk_print
          LEFT JOIN {{unit}} u ON u.id = h.rt_id
         WHERE r.state IS NULL AND r.line >= %s AND r.line < %s AND ({differences})
         ORDER BY p.id FOR UPDATE OF p
        """,
        list(lines),
    )
    if not found:
        return 0
    sql.run("ANALYZE import_changes")
    _seal_numbers()
    sql.run("UPDATE import_changes SET names = names || array(SELECT jsonb_object_keys(changes))")
    told = sql.fetch(
        f"""
        INSERT INTO {{event}} (person_id, kind, source_id, entered_by_id, entered_at, changes,
                               numbers_sealed, detail)
        SELECT id, {_KIND}, %s, %s, now(), changes, numbers_sealed,
               jsonb_build_object('sources', (
                   SELECT jsonb_object_agg(name, sources->name) FROM unnest(names) name))
          FROM import_changes ORDER BY id
        RETURNING id, person_id, kind, changes ? 'status'
        """,
        [run.source_id, run.by_id],
    )
    _tell((event, person, kind) for event, person, kind, has_status in told if has_status)
    return _apply(run, found)


def _seal_numbers() -> None:
    """NIKs that become known, as ``PersonEvent.numbers_sealed`` keeps them. Few, or of a file with
    parents' NIKs."""
    found = sql.fetch(
        """
        SELECT c.id, c.names, r.nik_sealed, r.father_nik_sealed, r.mother_nik_sealed
          FROM import_changes c JOIN {row} r USING (line) WHERE cardinality(c.names) > 0
        """
    )
    sql.spread(
        "UPDATE import_changes c SET numbers_sealed = v.sealed"
        " FROM (VALUES {values}) v (id, sealed) WHERE v.id = c.id",
        "(%s::bigint, %s::bytea)",
        [
            (person, seal(json.dumps({
                name: [None, unseal(number)]
                for name, number in zip(NUMBERS, numbers, strict=True) if name in names
            })))
            for person, names, *numbers in found
        ],
    )  # fmt: skip


def _apply(run: ImportRun, found: int) -> int:
    def changed(field: str, column: str, value: str) -> str:
        return f"{column} = CASE WHEN '{field}' = ANY(c.names) THEN {value} ELSE p.{column} END"

    written = [
        *(changed(field, field, f"r.{field}") for field in PERSONAL),
        *(changed(field, f"{field}_sealed", f"r.{field}_sealed") for field in NUMBERS),
        changed("nik", "nik_print", "r.nik_print"),
        changed("household", "household_id", "c.new_household"),
        changed("household", "place", "c.new_place"),
    ]
    sql.run(
        f"""
        UPDATE {{person}} p SET {", ".join(written)}, updated_at = now(),
               field_sources = p.field_sources || (
                   SELECT jsonb_object_agg(name, %s::bigint) FROM unnest(c.names) name)
          FROM import_changes c JOIN {{row}} r ON r.line = c.line WHERE p.id = c.id
        """,
        [run.source_id],
    )
    return found


def _tell(events: Iterable[tuple[int, int, str]]) -> None:
    """Of who is dead, gone or back others hear; of a corrected occupation nobody needs to."""
    for event, person, kind in events:
        publish(PersonChanged(person_id=person, event_id=event, kind=kind))
