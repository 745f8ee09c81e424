"""A register of millions of invented people in the city the code stands in, made by SQL.

Names are as uneven as in Indonesia: a few words (Siti, Muhammad) in every twentieth name, a long
tail of words that few bear. Nobody here exists, and the sealed numbers are all the same one.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from faker.providers.person.id_ID import Provider

from services.residents.models import Household, Person
from services.residents.sealing import seal
from services.residents.search import words
from tenants.registry.current import city

KECAMATAN, VILLAGES, RTS = 30, 5, 100  # villages in each kecamatan, RT in each village
IN_HOUSEHOLD = 3
# Percent of people who bear it.
COMMON = {
    "Siti": 4.5, "Muhammad": 5.0, "Ahmad": 3.0, "Nur": 2.5, "Sri": 2.5, "Abdul": 2.0, "Dewi": 1.5,
    "Putri": 1.5, "Aminah": 1.0, "Rahman": 1.0, "Budi": 0.8, "Agus": 0.8, "Ma'ruf": 0.1,
}  # fmt: skip
SYLLABLES = [
    one + two for one in "bdghjklmnprstwy" for two in ("a", "i", "u", "e", "o", "an", "in")
]
STREETS = [
    "Jalan Melati", "Jalan Merdeka", "Jalan Ahmad Yani", "Jalan Kenanga", "Gang Mawar",
    "Jalan Diponegoro", "Jalan Pattimura", "Jalan Imam Bonjol", "Kampung Rawa", "Dusun Krajan",
]  # fmt: skip
STREETS += [f"Jalan {name}" for name in Provider.last_names_male[:200]]


def names() -> list[str]:
    """Ten thousand words, each as often as it is borne: random picks give the skew."""
    pool = [word for word, share in COMMON.items() for _ in range(round(share * 100 / 2.4))]
    others = [*Provider.first_names, *Provider.last_names]
    weighted = [
        name.split()[0]
        for rank, name in enumerate(others, 1)
        for _ in range(1 + 600 // (rank + 20))
    ]
    return pool + list(itertools.islice(itertools.cycle(weighted), 9_000 - len(pool)))


@contextmanager
def _without_indexes(*tables: str) -> Iterator[None]:
    """What is made anew in one go afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            " AND tablename = ANY(%s) AND indexdef NOT LIKE 'CREATE UNIQUE%%'",
            [list(tables)],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL maintenance_work_mem = '512MB'")
        for _, definition in found:
            cursor.execute(definition)


def fill(people: int) -> None:
    """Units, family cards and people. About two minutes for two million."""
    code, households = city().code, people // IN_HOUSEHOLD
    with connection.cursor() as cursor, _without_indexes("residents_person", "residents_household"):
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(UNITS, {"city": code, "k": KECAMATAN, "v": VILLAGES, "r": RTS})
        cursor.execute(
            HOUSEHOLDS,
            {"n": households, "streets": STREETS, "sealed": seal("6474010101010001"),
             "rts": KECAMATAN * VILLAGES * RTS},
        )  # fmt: skip
        cursor.execute(
            PEOPLE,
            {"in": IN_HOUSEHOLD, "pool": names(), "syllables": SYLLABLES,
             "sealed": seal("6474010101010001")},
        )  # fmt: skip
    words.learn_all()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE residents_person, residents_household, residents_searchword")
        cursor.execute("ANALYZE office_unit")
    assert Household.objects.count() and Person.objects.exists()


UNITS = """
    INSERT INTO office_unit (kind, code, name, abbreviation, address, phone, email, post_code,
           is_active)
    SELECT kind, code, name, '', '', '', '', '', true FROM (
        SELECT 'kecamatan' AS kind, %(city)s || to_char(k, 'FM"."00') AS code,
               'Kecamatan ' || k AS name
          FROM generate_series(1, %(k)s) k
        UNION ALL
        SELECT 'kelurahan', %(city)s || to_char(k, 'FM"."00".1"') || to_char(v, 'FM000'),
               'Kelurahan ' || k || ' ' || v
          FROM generate_series(1, %(k)s) k, generate_series(1, %(v)s) v
        UNION ALL
        SELECT 'rt', %(city)s || to_char(k, 'FM"."00".1"') || to_char(v, 'FM000')
               || to_char(r / 10 + 1, 'FM"/"000') || to_char(r %% 10 + 1, 'FM"/"000'), 'RT'
          FROM generate_series(1, %(k)s) k, generate_series(1, %(v)s) v,
               generate_series(0, %(r)s - 1) r) AS units
"""
HOUSEHOLDS = """
    INSERT INTO residents_household (kk_sealed, kk_print, address, rt_id, updated_at)
    SELECT %(sealed)s, sha256(('kk' || n)::bytea),
           (%(streets)s::text[])[1 + floor(random() * cardinality(%(streets)s::text[]))]
           || ' No. ' || 1 + floor(random() * 200), rt.id, now()
      FROM generate_series(1, %(n)s) n
      JOIN (SELECT id, row_number() OVER (ORDER BY code) AS number FROM office_unit
             WHERE kind = 'rt') rt ON rt.number = n %% %(rts)s + 1
"""
PEOPLE = """
    WITH given AS (SELECT %(pool)s::text[] AS pool, %(syllables)s::text[] AS syllables),
    drawn AS (
        SELECT h.id AS household_id, u.code AS place, m, random() AS r, random() AS w,
               random() AS a, random() AS b, random() AS c, random() AS d, random() AS e
          FROM residents_household h JOIN office_unit u ON u.id = h.rt_id,
               generate_series(1, %(in)s) m)
    INSERT INTO residents_person (household_id, nik_sealed, nik_print, name, sex, birth_place,
           birth_date, father_name, mother_name, status, place, phone, updated_at)
    SELECT household_id, %(sealed)s, sha256((household_id || '-' || m)::bytea),
           upper(concat_ws(' ', pool[1 + floor(a * cardinality(pool))],
               CASE WHEN r > 0.1 THEN pool[1 + floor(b * cardinality(pool))] END,
               CASE WHEN r > 0.55 THEN pool[1 + floor(c * cardinality(pool))] END,
               CASE WHEN w > 0.9 THEN syllables[1 + floor(d * 105)] || syllables[1 + floor(e * 105)]
                    || syllables[1 + floor((d * 105 * 997)::numeric %% 105)] END)),
           1 + m %% 2, 'BONTANG',
           CASE WHEN r < 0.02 THEN date '1940-07-01' + (floor(w * 60) || ' years')::interval
                ELSE date '1940-01-01' + floor(w * 31000)::int END,
           '', '', CASE WHEN e < 0.05 THEN 2 ELSE 1 END, place,
           CASE WHEN m = 1 THEN '08' || lpad((household_id * 7919 %% 10000000000)::text, 10, '0')
                ELSE '' END, now()
      FROM drawn, given
"""
