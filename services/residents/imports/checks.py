"""What the lines of a file say together and against the register, asked of the database.

Every check is one or two statements over all lines. Nothing is written but ``ImportRow`` and
``ImportFamily``: what is refused there stays out, what is doubtful there is asked about.
"""

# ruff: noqa: S608 - names of tables and columns are the models', values are parameters

from typing import Any

from django.db import connection

from services.residents import codes
from services.residents.imports import families, sql
from services.residents.models import ImportRow
from tenants.office.models import Unit

# What may be doubtful in a line, and how the page calls it.
DOUBTS = {
    "nik_date": "Tanggal lahir lain dari tanggal di NIK",
    "nik_sex": "Jenis kelamin lain dari yang dinyatakan NIK",
    "no_head": "Keluarga tanpa kepala keluarga",
    "revived": "Tercatat pindah, hilang, atau pergi, di berkas hidup",
    "rounded": "Semua NIK dan nomor KK berakhir dengan 0",
    "split_rt": "RT dan RW sudah ada tanpa dusun",
}


def check() -> None:
    """Find everything that is wrong or doubtful. Call in a transaction, with all lines read."""
    sql.run("SET LOCAL work_mem = '64MB'")
    sql.run("ANALYZE {row}")
    _same_nik()
    _match()
    _same_person()
    _incomplete()
    _revived()
    families.gather_cards()
    families.two_addresses()
    families.two_places()
    families.heads()
    _split_rts()
    families.make_families()


# --- lines ----------------------------------------------------------------------------------------


def _same_nik() -> None:
    _refuse_again("nik_print", "NIK sama dengan baris ")
    sql.run(
        f"""
        WITH twice AS (
            SELECT kk_print, {sql.name_key("name")} AS name_key, birth_date, min(line) AS first
              FROM {{row}} WHERE nik_print IS NULL AND state IS NULL AND name IS NOT NULL
             GROUP BY 1, 2, 3 HAVING count(*) > 1)
        UPDATE {{row}} r SET {sql.problem("'nama'", "'orang yang sama dengan baris ' || t.first")}
          FROM twice t
         WHERE r.nik_print IS NULL AND r.kk_print = t.kk_print AND r.birth_date = t.birth_date
           AND {sql.name_key("r.name")} = t.name_key AND r.line > t.first AND r.state IS NULL
        """
    )


def match(lines: tuple[int, int] | None = None) -> None:
    """Note whom the register has already: by NIK, and a double's as the row it was merged into."""
    within = "AND r.line >= %s AND r.line < %s" if lines else ""
    sql.run(
        f"""
        UPDATE {{row}} r SET person_id = coalesce(p.merged_into_id, p.id) FROM {{person}} p
         WHERE p.nik_print = r.nik_print AND r.person_id IS NULL {within}
        """,
        lines or (),
    )


# People without NIK: who they are is told by name, birth place and birth date within the card.
_SAME_PERSON = f"""
    h.kk_print = r.kk_print AND p.household_id = h.id AND p.merged_into_id IS NULL
    AND p.birth_date = r.birth_date AND p.name_key = {sql.name_key("r.name")}
    AND lower(p.birth_place) = lower(r.birth_place)
"""


def _match() -> None:
    match()
    sql.run(
        f"""
        UPDATE {{row}} r SET person_id = p.id FROM {{person}} p, {{household}} h
         WHERE r.nik_print IS NULL AND r.kk_print IS NOT NULL AND {_SAME_PERSON}
        """
    )
    if sql.fetch("SELECT 1 FROM {person} WHERE nik_print IS NULL LIMIT 1"):
        sql.run(
            f"""
            UPDATE {{row}} r SET person_id = p.id FROM {{person}} p, {{household}} h
             WHERE r.person_id IS NULL AND p.nik_print IS NULL AND {_SAME_PERSON}
               AND NOT EXISTS (SELECT 1 FROM {{row}} o WHERE o.person_id = p.id)
            """
        )


def _same_person() -> None:
    """Two lines of one person: the NIK of a double, whose row was merged into another."""
    _refuse_again("person_id", "orang yang sama dengan baris ")


def _refuse_again(column: str, said: str) -> None:
    """Refuse each line but the first of those that have the same in this column."""
    sql.run(
        f"""
        WITH twice AS (
            SELECT {column}, min(line) AS first FROM {{row}}
             WHERE {column} IS NOT NULL AND state IS NULL GROUP BY 1 HAVING count(*) > 1)
        UPDATE {{row}} r SET {sql.problem("'nik'", f"'{said}' || t.first")}
          FROM twice t WHERE r.{column} = t.{column} AND r.line > t.first AND r.state IS NULL
        """
    )


_NEEDED = {"nama": "name", "jenis_kelamin": "sex", "tempat_lahir": "birth_place",
           "tanggal_lahir": "birth_date", "no_kk": "kk_print"}  # fmt: skip


def _incomplete() -> None:
    """A new person needs a name, sex, birth and card; a known one keeps what a line leaves out."""
    lacking = " OR ".join(f"r.{column} IS NULL" for column in _NEEDED.values())
    pairs = ", ".join(f"('{heading}', r.{column} IS NULL)" for heading, column in _NEEDED.items())
    sql.run(
        f"""
        WITH lack AS (
            SELECT r.line, jsonb_agg(jsonb_build_array(
                   v.heading, 'kolom ' || v.heading || ' kosong')) AS said
              FROM {{row}} r, LATERAL (VALUES {pairs}) v (heading, lacks)
             WHERE r.person_id IS NULL AND ({lacking}) AND v.lacks AND NOT EXISTS (
                   SELECT 1 FROM jsonb_array_elements(r.problems) p WHERE p->>0 = v.heading)
             GROUP BY r.line)
        UPDATE {{row}} r
           SET state = 'refused', problems = coalesce(r.problems, '[]') || l.said
          FROM lack l WHERE l.line = r.line
        """
    )


def _revived() -> None:
    labels = " ".join(
        f"WHEN {status.value} THEN '{status.label.lower()}'" for status in codes.Status
    )
    dead = (
        "di register tercatat meninggal, di berkas ini lain; bila kematiannya keliru dicatat, "
        "batalkan dulu di halaman orangnya"
    )
    sql.run(
        f"""
        UPDATE {{row}} r SET {sql.problem("'status_dasar'", f"'{dead}'")} FROM {{person}} p
         WHERE p.id = r.person_id AND p.status = {codes.Status.DEAD.value}
           AND r.status <> p.status AND r.state IS NULL
        """
    )
    said = f"'di register tercatat ' || CASE p.status {labels} END || ', di berkas ini hidup'"
    sql.run(
        f"""
        UPDATE {{row}} r SET {sql.doubt("'revived'", said)} FROM {{person}} p
         WHERE p.id = r.person_id AND r.status = 1 AND p.status <> 1 AND r.state IS NULL
        """
    )


def doubt_rounded() -> None:
    """Every number of the file ends in 0: a spreadsheet kept them as numbers."""
    said = (
        "semua NIK dan nomor KK di berkas ini berakhir dengan 0: lembar kerja mungkin "
        "membulatkannya. Bandingkan dengan KTP atau KK"
    )
    sql.run(
        f"""
        UPDATE {{row}} r SET
               {sql.doubt("'rounded'", "CASE WHEN r.line = f.line THEN %s ELSE '' END")}
          FROM (SELECT min(line) AS line FROM {{row}} WHERE state IS NULL) f
         WHERE r.state IS NULL
        """,
        [said],
    )


def _split_rts() -> None:
    """RTs of a dusun where the village already has an RT of the same number without a dusun."""
    plain: dict[str, str] = {}
    for (place,) in sql.fetch("SELECT DISTINCT place FROM {row} WHERE place LIKE '%%/%%'"):
        village, *below = place.split("/")
        if not below[0].isdigit() and below[1:]:
            plain["/".join([village, *below[1:]])] = place
    found = Unit.objects.filter(code__in=list(plain)).values_list("code", flat=True)
    for code in found:
        place = plain[code]
        said = (
            "RT/RW ini sudah ada tanpa dusun; berkas ini membuat yang lain untuk dusun "
            f"{place.split('/')[1]}"
        )
        sql.run(
            f"""
            UPDATE {{row}} r SET {sql.doubt("'split_rt'", "%s")}
             WHERE r.place = %s AND r.state IS NULL
               AND NOT EXISTS (SELECT 1 FROM {{unit}} u WHERE u.code = r.place)
            """,
            [said, place],
        )


# --- what is left ---------------------------------------------------------------------------------


def empty() -> None:
    """Nothing of an import stays behind."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE {row}, {family}".format_map(sql.NAMES))


def refused_lines() -> Any:
    """The lines that are refused or were left out, in their order."""
    return ImportRow.objects.filter(state__isnull=False).order_by("line")
