"""Whether the people of one family card fit together: one head, one address, one RT."""

# ruff: noqa: S608 - names of tables and columns are the models', values are parameters

from typing import Any

from kernel import text
from services.residents.imports import sql


def gather_cards() -> None:
    """One row per family card, for the checks below; gone when the transaction ends."""
    status, relation = "coalesce(r.status, p.status, 1)", "coalesce(r.relation, p.relation)"
    good = f"r.state IS NULL AND {status} = 1"
    sql.run("DROP TABLE IF EXISTS import_cards")
    sql.run(
        f"""
        CREATE TEMP TABLE import_cards ON COMMIT DROP AS
        SELECT r.kk_print, min(r.line) AS first_line,
               min(r.line) FILTER (WHERE {good}) AS living_line,
               min(r.address) FILTER (WHERE {good}) AS low_address,
               max(r.address) FILTER (WHERE {good}) AS high_address,
               min(r.place) FILTER (WHERE {good}) AS low_place,
               max(r.place) FILTER (WHERE {good}) AS high_place,
               max(r.postal_code) FILTER (WHERE {good}) AS postal_code,
               count(*) FILTER (WHERE {good} AND {relation} = 1) AS heads,
               count(*) FILTER (WHERE {good} AND r.relation = 1) AS said_heads,
               bool_or(r.relation = 1 OR {relation} = 1) AS has_head,
               bool_and({relation} IS NOT NULL) AS is_known,
               count(*) FILTER (WHERE {status} = 1) AS living
          FROM {{row}} r LEFT JOIN {{person}} p ON p.id = r.person_id
         WHERE r.kk_print IS NOT NULL GROUP BY r.kk_print
        """
    )
    sql.run("ANALYZE import_cards")
    sql.run("DROP TABLE IF EXISTS import_others")
    sql.run(
        """
        CREATE TEMP TABLE import_others ON COMMIT DROP AS
        SELECT c.kk_print, p.name, p.relation, p.status
          FROM import_cards c JOIN {household} h ON h.kk_print = c.kk_print
          JOIN {person} p ON p.household_id = h.id AND p.merged_into_id IS NULL
         WHERE NOT EXISTS (SELECT 1 FROM {row} r WHERE r.person_id = p.id)
        """
    )


def _refuse_families(faults: list[tuple[Any, int, str, str]]) -> None:
    """Refuse every line of these families; (card, line at fault, heading, what is wrong)."""
    fits = "r.line = f.line"
    heading = f"CASE WHEN {fits} THEN f.heading ELSE '' END"
    said = (
        f"CASE WHEN {fits} THEN f.said"
        " ELSE 'tertahan bersama keluarganya: lihat baris ' || f.line END"
    )
    sql.spread(
        f"""
        UPDATE {{row}} r SET
               {sql.problem(heading, said)}
          FROM (VALUES {{values}}) f (kk_print, line, heading, said)
         WHERE r.kk_print = f.kk_print AND (r.state IS NULL OR {fits})
        """,
        "(%s::bytea, %s::int, %s::text, %s::text)",
        [(bytes(card), line, heading, said) for card, line, heading, said in faults],
    )


def two_addresses() -> None:
    faults: dict[bytes, tuple[Any, int, str, str]] = {}
    found = sql.fetch(
        """
        SELECT r.kk_print, r.line, r.address FROM {row} r JOIN import_cards c USING (kk_print)
          LEFT JOIN {person} p ON p.id = r.person_id
         WHERE c.low_address <> c.high_address AND r.state IS NULL AND r.address IS NOT NULL
           AND coalesce(r.status, p.status, 1) = 1
         ORDER BY r.kk_print, r.line
        """
    )
    first: dict[bytes, tuple[int, str]] = {}
    for card, line, address in found:
        key = bytes(card)
        at, known = first.setdefault(key, (line, text.squeeze(address)))
        if text.squeeze(address) != known and key not in faults:
            said = f"satu KK dengan dua alamat: baris {at} dan baris {line}. Samakan"
            faults[key] = (card, line, "alamat", said)
    _refuse_families(list(faults.values()))


def two_places() -> None:
    found = sql.fetch(
        """
        SELECT c.kk_print, min(r.line), c.living_line
          FROM {row} r JOIN import_cards c USING (kk_print)
          LEFT JOIN {person} p ON p.id = r.person_id
         WHERE c.low_place <> c.high_place AND r.state IS NULL
           AND coalesce(r.status, p.status, 1) = 1
           AND NOT starts_with(c.high_place || '/', r.place || '/')
         GROUP BY c.kk_print, c.living_line
        """
    )
    lines = sql.fetch(
        """
        SELECT c.kk_print, array_agg(r.line ORDER BY r.line)
          FROM {row} r JOIN import_cards c USING (kk_print)
         WHERE c.low_place <> c.high_place AND r.state IS NULL AND r.place = c.high_place
         GROUP BY c.kk_print
        """
    )
    deepest = {bytes(card): at[0] for card, at in lines}
    faults = []
    for card, line, _ in found:
        one, other = sorted((line, deepest.get(bytes(card), line)))
        said = f"satu KK di dua RT: baris {one} dan baris {other}. Samakan RT/RW-nya"
        faults.append((card, other, "rt", said))
    _refuse_families(faults)


def heads() -> None:
    _two_heads()
    said = "CASE WHEN r.line = n.line THEN n.said ELSE '' END"
    sql.run(
        f"""
        WITH n AS (
            SELECT c.kk_print, c.living_line AS line,
                   'keluarga ini tanpa kepala keluarga (baris '
                   || string_agg(r.line::text, ', ' ORDER BY r.line) || ')' AS said
              FROM import_cards c JOIN {{row}} r USING (kk_print)
             WHERE c.living_line IS NOT NULL AND c.living > 0 AND c.is_known
               AND c.has_head IS NOT TRUE
               AND NOT EXISTS (SELECT 1 FROM import_others o WHERE o.kk_print = c.kk_print
                               AND (o.relation = 1 OR o.relation IS NULL))
             GROUP BY 1, 2)
        UPDATE {{row}} r SET {sql.doubt("'no_head'", said)} FROM n
         WHERE r.kk_print = n.kk_print AND r.state IS NULL
        """
    )


def _two_heads() -> None:
    found = sql.fetch(
        """
        WITH two AS (
            SELECT c.kk_print FROM import_cards c
             WHERE c.said_heads > 0 AND c.heads + (
                   SELECT count(*) FROM import_others o WHERE o.kk_print = c.kk_print
                    AND o.relation = 1 AND o.status = 1) > 1),
        head AS (
            SELECT r.kk_print, r.line, coalesce(r.name, p.name) AS name
              FROM {row} r JOIN two USING (kk_print) LEFT JOIN {person} p ON p.id = r.person_id
             WHERE r.state IS NULL AND coalesce(r.status, p.status, 1) = 1
               AND coalesce(r.relation, p.relation) = 1
            UNION ALL
            SELECT o.kk_print, NULL, o.name FROM import_others o JOIN two USING (kk_print)
             WHERE o.relation = 1 AND o.status = 1)
        SELECT kk_print, max(line), count(*),
               string_agg(name || ' (' || coalesce('baris ' || line, 'sudah terdaftar') || ')',
                          ' dan ' ORDER BY line NULLS FIRST)
          FROM head GROUP BY 1 HAVING count(*) > 1
        """
    )
    _refuse_families(
        [
            (card, line, "hubungan",
             f"satu KK dengan {count} kepala keluarga: {names}. Sisakan satu; yang lain beri "
             "hubungan lain")
            for card, line, count, names in found
        ]
    )  # fmt: skip


# A place says more than another when it lies in it: an RT of the same village.
_DEEPER = "NOT starts_with(u.code || '/', c.high_place || '/')"


def make_families() -> None:
    """The families that go in, numbered as they come. A new one needs a village and an address."""
    sql.run(
        f"""
        INSERT INTO {{family}} (number, kk_print, kk_sealed, address, postal_code, place,
                                first_line, household_id, is_changed)
        SELECT row_number() OVER (ORDER BY c.first_line), c.kk_print, r.kk_sealed,
               coalesce(l.address, r.address, c.low_address), c.postal_code,
               coalesce(c.high_place, r.place), c.first_line, h.id,
               h.id IS NOT NULL AND (
                   coalesce(c.low_address, h.address) <> h.address
                   OR coalesce(c.postal_code, h.postal_code) <> h.postal_code
                   OR (c.high_place IS NOT NULL AND {_DEEPER}))
          FROM import_cards c
          JOIN {{row}} r ON r.line = c.first_line
          LEFT JOIN {{row}} l ON l.line = c.living_line
          LEFT JOIN {{household}} h ON h.kk_print = c.kk_print
          LEFT JOIN {{unit}} u ON u.id = h.rt_id
        """
    )
    sql.run("ANALYZE {family}")
    for heading, lacks in (
        ("kelurahan", "f.place IS NULL"),
        ("alamat", "f.address IS NULL AND f.place NOT LIKE '%%/%%'"),
    ):
        sql.run(
            f"""
            UPDATE {{row}} r SET {sql.problem(f"'{heading}'", f"'kolom {heading} kosong'")}
              FROM {{family}} f
             WHERE r.kk_print = f.kk_print AND f.household_id IS NULL AND {lacks}
               AND r.state IS NULL
            """
        )
