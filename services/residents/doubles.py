"""Rows of the register that are likely the same person, to be looked at by somebody."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db import connection, transaction

from accounts.models import User
from audit import actions as audit
from services.residents.models import DifferentPeople, Person

ALIKE = 0.8  # of two names, for two of one card and one birth date to be one person
MOST = 200  # pairs of one list


def _lives(alias: str, area: str) -> str:
    """SQL for ``queries.within``; the two are names of parameters."""
    place = f'{alias}.place COLLATE "C"'
    return f"{place} >= %({area})s AND {place} < %({area}_end)s"


# Pairs with the smaller id first: the first person lives in the area, the other anywhere in
# ``around``.
_SAME_BIRTH = f"""
    SELECT LEAST(a.id, b.id), GREATEST(a.id, b.id), 'birth'
      FROM residents_person a
      JOIN residents_person b
        ON b.birth_date = a.birth_date AND b.name_key = a.name_key AND b.id <> a.id
     WHERE a.merged_into_id IS NULL AND b.merged_into_id IS NULL
       AND a.status <> 9 AND b.status <> 9
       AND {_lives("a", "area")} AND {_lives("b", "around")}
"""  # noqa: S608 - parts above; values are parameters
_SAME_MOTHER = f"""
    SELECT LEAST(a.id, b.id), GREATEST(a.id, b.id), 'mother'
      FROM residents_person a
      JOIN residents_person b
        ON b.name_key = a.name_key AND lower(b.mother_name) = lower(a.mother_name)
       AND b.birth_date <> a.birth_date AND b.id > a.id
     WHERE a.merged_into_id IS NULL AND b.merged_into_id IS NULL AND a.mother_name <> ''
       AND a.status <> 9 AND b.status <> 9
       AND {_lives("a", "area")} AND {_lives("b", "area")}
"""  # noqa: S608 - likewise
_SAME_CARD = f"""
    SELECT a.id, b.id, 'card'
      FROM residents_person a
      JOIN residents_person b
        ON b.household_id = a.household_id AND b.birth_date = a.birth_date AND b.sex = a.sex
       AND b.name_key <> a.name_key AND b.id > a.id
     WHERE a.merged_into_id IS NULL AND b.merged_into_id IS NULL
       AND a.status <> 9 AND b.status <> 9
       AND {_lives("a", "area")}
"""  # noqa: S608 - likewise
_ALL = f"""
    SELECT DISTINCT ON (1, 2) pair.* FROM (
        {_SAME_BIRTH} UNION ALL {_SAME_MOTHER} UNION ALL {_SAME_CARD}
    ) AS pair(one, other, why)
     WHERE NOT EXISTS (SELECT 1 FROM residents_differentpeople d
                        WHERE d.one_id = pair.one AND d.other_id = pair.other)
     ORDER BY 1, 2, 3 LIMIT %(most)s
"""  # noqa: S608 - parts above; values are parameters
WHY = {
    "birth": "nama dan tanggal lahirnya sama",
    "mother": "nama dan nama ibunya sama, tanggal lahirnya berbeda",
    "card": "satu KK, tanggal lahirnya sama, namanya mirip",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows, and why they are thought to be one person."""

    one: Person
    other: Person
    why: str


def likely(area: str, around: str) -> list[Pair]:
    """Pairs of which one lives in the unit with the first code and the other in that with the
    second. Two queries."""
    words: dict[str, str | int] = {
        "area": area,
        "area_end": f"{area}0",
        "around": around,
        "around_end": f"{around}0",
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ALL, words)
        found = cursor.fetchall()
    ids = {pk for one, other, _ in found for pk in (one, other)}
    people = Person.objects.select_related("household__rt").in_bulk(list(ids))
    pairs = [Pair(people[one], people[other], WHY[why]) for one, other, why in found]
    return [pair for pair in pairs if pair.why != WHY["card"] or _alike(pair)]


def _alike(pair: Pair) -> bool:
    names = (pair.one.name_key, pair.other.name_key)
    return SequenceMatcher(None, *names).ratio() >= ALIKE


@transaction.atomic
def are_different(*, one_id: int, other_id: int, by: User) -> None:
    """Somebody looked: these are two people, and are listed no more."""
    first, second = sorted((one_id, other_id))
    _, is_new = DifferentPeople.objects.get_or_create(
        one_id=first, other_id=second, defaults={"by": by}
    )
    if is_new:
        audit.record(
            "person.different", actor=by, subject="person", subject_id=first,
            detail={"other": second},
        )  # fmt: skip
