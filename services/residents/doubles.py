"""Rows of the register that are likely the same person, to be looked at by somebody."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db import connection, transaction
from django.db.models import Q

from accounts.models import User
from audit import actions as audit
from services.residents.models import DifferentPeople, Person

ALIKE = 0.8  # of two names, for two of one card and one birth date to be one person
MOST = 200  # pairs of one list

# Pairs with the smaller id first. Only the first person must live in the area: the other may stand
# anywhere in the city.
_SAME_BIRTH = """
    SELECT LEAST(a.id, b.id), GREATEST(a.id, b.id), 'birth'
      FROM residents_person a
      JOIN residents_person b
        ON b.birth_date = a.birth_date AND b.name_key = a.name_key AND b.id <> a.id
     WHERE a.merged_into_id IS NULL AND b.merged_into_id IS NULL
       AND a.status <> 9 AND b.status <> 9
       AND (a.place = %(area)s OR a.place LIKE %(below)s OR a.place LIKE %(inside)s)
"""
_SAME_MOTHER = """
    SELECT LEAST(a.id, b.id), GREATEST(a.id, b.id), 'mother'
      FROM residents_person a
      JOIN residents_person b
        ON b.name_key = a.name_key AND lower(b.mother_name) = lower(a.mother_name)
       AND b.birth_date <> a.birth_date AND b.id > a.id
     WHERE a.merged_into_id IS NULL AND b.merged_into_id IS NULL AND a.mother_name <> ''
       AND a.status <> 9 AND b.status <> 9
       AND (a.place = %(area)s OR a.place LIKE %(below)s OR a.place LIKE %(inside)s)
       AND (b.place = %(area)s OR b.place LIKE %(below)s OR b.place LIKE %(inside)s)
"""
_SAME_CARD = """
    SELECT a.id, b.id, 'card'
      FROM residents_person a
      JOIN residents_person b
        ON b.household_id = a.household_id AND b.birth_date = a.birth_date AND b.sex = a.sex
       AND b.name_key <> a.name_key AND b.id > a.id
     WHERE a.merged_into_id IS NULL AND b.merged_into_id IS NULL
       AND a.status <> 9 AND b.status <> 9
       AND (a.place = %(area)s OR a.place LIKE %(below)s OR a.place LIKE %(inside)s)
"""
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


def likely(area: str) -> list[Pair]:
    """Pairs of which one lives in the unit with this code. Two queries."""
    words: dict[str, str | int] = {
        "area": area,
        "below": f"{area}.%",
        "inside": f"{area}/%",
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


def of(person: Person) -> list[Person]:
    """Rows that were merged into this one."""
    return list(Person.objects.filter(Q(merged_into=person)).order_by("pk"))
