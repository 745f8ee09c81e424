"""Finding people: which rows fit what was typed, within the areas somebody may see.

Rows are looked for in steps, from what fits exactly to what only resembles it; a later step is
asked only while there are few. The index of words answers each step, within an area at any size.
In the whole city its lists for what many bear are long: there some thousand people are looked
through first, in order of their places, which finds enough of them. The planner is not left to
choose: for words that are no part of its statistics its estimates are wrong by orders of magnitude.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from services.residents.sealing import prints
from services.residents.search import words
from services.residents.search.typed import SHORT, Typed

LIMIT = 30
FEW = 5  # found: words that only resemble those typed, and addresses, are asked too
_ALTERNATIVES = 200  # words that contain a typed part, the shortest first; shared by all parts
_RESEMBLING = 20
_BY_INDEX = 2  # of the typed words; the others are compared in what the index finds for them
_VILLAGE, _KECAMATAN = 13, 8  # length of their codes


class How(StrEnum):
    """Why somebody was found."""

    EXACT = ""
    SIMILAR = "nama mirip"
    ADDRESS = "alamat"
    HOUSEHOLD = "anggota KK ini"


@dataclass(slots=True)
class Found:
    """Ids of people in order, with why; ``more`` says that others fit too."""

    people: dict[int, How] = field(default_factory=dict)
    more: bool = False

    def take(self, ids: Iterable[int], how: How = How.EXACT) -> None:
        for pk in ids:
            if len(self.people) == LIMIT and pk not in self.people:
                self.more = True
                return
            self.people.setdefault(pk, how)

    @property
    def is_full(self) -> bool:
        return len(self.people) >= LIMIT

    @property
    def is_few(self) -> bool:
        return len(self.people) < FEW

    def answers(self, typed: Typed) -> bool:
        """Whether nothing that only resembles it need be looked for: enough people, or of several
        words somebody who has all of them."""
        return not self.is_few or bool(self.people and len(typed.words) > 1)


@dataclass(frozen=True, slots=True)
class Condition:
    """Part of a WHERE clause with its values."""

    sql: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One way in which people may fit. ``plain`` is quick to compare with a row, ``indexed`` is
    what the index of words answers; they mean the same."""

    how: How
    plain: Sequence[Condition]
    indexed: Sequence[Condition]
    at_first: int = 4000  # people of a whole city who are looked through before the index is asked


KEYS = (
    "string_to_array(p.name_key || ' ' || date_part('year', p.birth_date)::int::text || ' ' ||"
    " split_part(p.place, '/', 1) || ' ' || substr(p.place, 1, 8), ' ')"
)
ADDRESS = "string_to_array(h.address_key, ' ')"
PHONE = "regexp_replace(regexp_replace(p.phone, '[^0-9]', '', 'g'), '^62', '0')"
_STREETS = frozenset("jalan jl jln gang gg lorong no nomor rt rw dusun dsn kampung kp blok".split())


# Sent with each statement, so that nothing of it outlasts a transaction: no table is read from its
# beginning, and what an index of words finds is not looked for along another index.
_NO_TABLES = "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = on; "
_ONLY_BITMAPS = "SET LOCAL enable_indexscan = off; "
_AS_BEFORE = "SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL enable_indexscan TO DEFAULT"


def find(typed: Typed, areas: Sequence[str]) -> Found:
    """Who fits, of those who live in one of the areas: codes of units, "" for the whole city."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        found = _find(typed, areas)
        cursor.execute(_AS_BEFORE)
    return found


def _find(typed: Typed, areas: Sequence[str]) -> Found:
    found = Found()
    if not typed.is_enough or not areas:
        return found
    here = Area(areas)
    if typed.number:
        _by_number(typed.number, here, found)
        return found
    sure = list(_facts(typed))
    if not typed.words:
        is_precise = typed.born or typed.phone  # few people, wherever they live
        found.take(_some([*sure, *(here.within() if is_precise else here.by_keys())]))
        return found
    found.take(_whole_name(typed, sure, here))
    for step in _steps_by_name(typed, found):
        if found.is_full:
            found.more = True
            return found
        found.take(_fitting(step, sure, here), step.how)
    if not found.answers(typed):
        found.take(_by_address(typed, sure, here), How.ADDRESS)
    return found


@dataclass(frozen=True, slots=True)
class Area:
    """Where people are looked for.

    ``place`` begins with the code of each unit around it. After a code only "." and "/" follow,
    and the sign after those is "0": what begins with a code is a range.
    """

    codes: Sequence[str]

    @property
    def is_all(self) -> bool:
        """Whether one of the units is the city itself."""
        return any(len(code) < _KECAMATAN and "/" not in code for code in self.codes)

    def within(self) -> list[Condition]:
        """The ranges as one condition; none for the whole city.

        It is written so that no index serves it: the planner takes the range of a kelurahan for a
        few people, and would read all of them in place of the one whose NIK was typed.
        """
        if self.is_all:
            return []
        place = "(p.place || '') COLLATE \"C\""
        either = " OR ".join([f"({place} >= %s AND {place} < %s)"] * len(self.codes))
        ends = tuple(end for code in self.codes for end in (code, f"{code}0"))
        return [Condition(f"({either})", ends)]

    def named(self, name: str) -> Condition:
        """Whose whole name is this, here: a range of the index of whole names."""
        if self.is_all:
            return Condition("replace(p.name_key, ' ', '') = %s", (name,))
        row = "(replace(p.name_key, ' ', ''), p.place COLLATE \"C\")"
        either = " OR ".join([f"({row} >= (%s, %s) AND {row} < (%s, %s))"] * len(self.codes))
        ends = tuple(end for code in self.codes for end in (name, code, name, f"{code}0"))
        return Condition(f"({either})", ends)

    def of_homes(self) -> list[Condition]:
        """The same for family cards."""
        if self.is_all:
            return []
        either = " OR ".join(["u.code = %s OR u.code LIKE %s OR u.code LIKE %s"] * len(self.codes))
        ends = tuple(end for one in self.codes for end in (one, f"{one}.%", f"{one}/%"))
        within = f"h.rt_id = ANY(ARRAY(SELECT u.id FROM office_unit u WHERE {either}))"  # noqa: S608
        return [Condition(within, ends)]

    def by_keys(self) -> list[Condition]:
        """What the index of words knows of the area; below villages, the ranges as well."""
        if self.is_all:
            return []
        coarse = {code[:_VILLAGE] if len(code) >= _VILLAGE else code[:_KECAMATAN]
                  for code in self.codes}  # fmt: skip
        return [_any_of(sorted(coarse)), *([] if coarse == set(self.codes) else self.within())]


def _by_number(number: str, here: Area, found: Found) -> None:
    printed = prints(number)
    where = _where([Condition("p.nik_print = ANY(%s)", (printed,)), *here.within()])
    sql = f"SELECT p.id FROM residents_person p WHERE {where.sql}"  # noqa: S608
    found.take(_ids(sql, where.values))
    where = _where([Condition("h.kk_print = ANY(%s)", (printed,)), *here.within()])
    sql = f"""
        SELECT p.id FROM residents_household h JOIN residents_person p ON p.household_id = h.id
         WHERE {where.sql} ORDER BY p.relation, p.id LIMIT {LIMIT + 1}"""  # noqa: S608
    found.take(_ids(sql, where.values), How.HOUSEHOLD)


def _facts(typed: Typed) -> Iterator[Condition]:
    if typed.phone:
        yield Condition(f"p.phone <> '' AND {PHONE} = %s", (typed.phone,))
    if typed.born:
        yield Condition("p.birth_date = %s", (typed.born,))
    if typed.year:
        yield _all_of([str(typed.year)])


def _all_of(keys: Sequence[str]) -> Condition:
    return Condition(f"{KEYS} @> %s::text[]", (list(keys),))


def _any_of(keys: Sequence[str]) -> Condition:
    return Condition(f"{KEYS} && %s::text[]", (list(keys),))


def _whole_name(typed: Typed, sure: Sequence[Condition], here: Area) -> list[int]:
    """Whose name is exactly this, titles included, whatever its spaces."""
    where = _where([here.named("".join(typed.all_words)), *sure])
    sql = f"""
        SELECT p.id FROM residents_person p WHERE {where.sql}
         ORDER BY replace(p.name_key, ' ', ''), p.place COLLATE "C", p.id
         LIMIT {LIMIT + 1}"""  # noqa: S608
    return _ids(sql, where.values)


def _steps_by_name(typed: Typed, found: Found) -> Iterator[Step]:
    """People with all words, with words that contain them, with words like them.

    ``found`` is looked at between the steps: what was enough asks no further.
    """
    long = sorted((word for word in typed.words if len(word) >= SHORT), key=len, reverse=True)
    begun = [_in_name(f"% {word}%") for word in typed.words if len(word) < SHORT]
    if not long:
        return
    yield _with_all(long, begun)
    chosen, rest = long[:_BY_INDEX], [_in_name(f"%{word}%") for word in long[_BY_INDEX:]]
    containing = _containing(chosen)
    if any(set(containing[word]) - {word} for word in chosen) or rest:
        most = _ALTERNATIVES // len(chosen)
        found.more |= any(len(words) == most for words in containing.values())
        yield Step(
            How.EXACT,
            [*(_in_name(f"%{word}%") for word in chosen), *rest, *begun],
            [*(_any_of([word, *containing[word]]) for word in chosen), *rest, *begun],
        )
    if found.answers(typed):
        return
    for split in _splits(long):
        yield _with_all(split, begun)
    resembling = _resembling(long)
    alike = [[word, *resembling[word], *containing.get(word, [])[:_RESEMBLING]] for word in long]
    plain = [Condition("string_to_array(p.name_key, ' ') && %s::text[]", (one,)) for one in alike]
    yield Step(How.SIMILAR, [*plain, *begun], [*map(_any_of, alike), *begun])


def _with_all(words: Sequence[str], begun: Sequence[Condition]) -> Step:
    plain = [_in_name(f"% {word} %") for word in words]
    return Step(How.EXACT, [*plain, *begun], [_all_of(words), *begun])


def _in_name(pattern: str) -> Condition:
    return Condition("(' ' || p.name_key || ' ') LIKE %s", (pattern,))


def _containing(typed: Sequence[str]) -> Mapping[str, list[str]]:
    """Known words that contain each of these, those that begin with it first."""
    if not typed:
        return {}
    return _grouped(typed, *words.containing(typed, _ALTERNATIVES // len(typed)))


def _resembling(typed: Sequence[str]) -> Mapping[str, list[str]]:
    """Known words that sound like each of these, or nearly."""
    one = f"""
        (SELECT %s AS typed, word FROM residents_searchword
          WHERE near && {words.near("%s::text")}
          ORDER BY abs(length(word) - length(%s)), word LIMIT %s)"""  # noqa: S608
    values = [value for word in typed for value in (word, word, word, _RESEMBLING // len(typed))]
    return _grouped(typed, " UNION ALL ".join([one] * len(typed)), values)


def _splits(typed: Sequence[str]) -> Iterator[list[str]]:
    """The typed words with one of them as two known words: Abdulrahman for Abdul Rahman."""
    pairs = {
        (word, word[:at], word[at:]) for word in typed for at in range(2, len(word) - 1)
    }  # fmt: skip
    halves = sorted({half for _, *both in pairs for half in both})
    if not halves:
        return
    rows = _rows("SELECT word FROM residents_searchword WHERE word = ANY(%s)", [halves])
    known = {word for (word,) in rows}
    for word, first, second in sorted(pairs):
        if {first, second} <= known:
            yield [*(other for other in typed if other != word), first, second]


def _by_address(typed: Typed, sure: Sequence[Condition], here: Area) -> Iterator[int]:
    """Whoever lives where all words say; else whoever's address has all words but one, which
    their name has: "budi melati"."""
    said = [word for word in typed.words if word not in _STREETS]
    containing = _containing([word for word in said if len(word) >= SHORT])
    at = {
        word: Condition(f"{ADDRESS} && %s::text[]", ([word, *containing.get(word, [])],))
        for word in said
    }
    if at:
        yield from _at_home(list(at.values()), sure, here)
    for name in containing if len(at) > 1 else ():
        others = [condition for word, condition in at.items() if word != name]
        yield from _at_home(others, [_any_of([name, *containing[name]]), *sure], here)


def _at_home(address: Sequence[Condition], person: Sequence[Condition], here: Area) -> list[int]:
    homes = _joined([*address, *here.of_homes()])
    where = _where(person)
    sql = f"""
        WITH homes AS MATERIALIZED (
            SELECT h.id FROM residents_household h WHERE {homes.sql})
        SELECT p.id FROM homes JOIN residents_person p ON p.household_id = homes.id
         WHERE {where.sql} LIMIT {LIMIT + 1}"""  # noqa: S608
    return _ids(sql, [*homes.values, *where.values])


def _grouped(typed: Sequence[str], sql: str, values: Sequence[Any]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {word: [] for word in typed}
    if typed:
        for word, known in _rows(sql, values):
            found[word].append(known)
    return found


def _fitting(step: Step, sure: Sequence[Condition], here: Area) -> Iterator[int]:
    """Ids of people whom a step finds, one more than are shown."""
    if here.is_all:
        where = _where([*step.plain, *sure])
        sql = f"""
            SELECT p.id FROM (SELECT * FROM residents_person p ORDER BY p.place COLLATE "C", p.id
                               LIMIT {step.at_first}) p
             WHERE {where.sql} LIMIT {LIMIT + 1}"""  # noqa: S608
        found = _ids(sql, where.values)
        yield from found
        if len(found) > LIMIT:
            return
    yield from _some([*step.indexed, *sure, *here.by_keys()])


def _some(conditions: Sequence[Condition]) -> list[int]:
    """Ids of people who fit, by an index of what is asked: never by reading a table in order."""
    where = _where(conditions)
    sql = f"SELECT p.id FROM residents_person p WHERE {where.sql} LIMIT {LIMIT + 1}"  # noqa: S608
    return _ids(_ONLY_BITMAPS + sql, where.values)


def _where(conditions: Sequence[Condition]) -> Condition:
    """All of this; rows merged into another are left out."""
    return _joined([Condition("p.merged_into_id IS NULL"), *conditions])


def _joined(conditions: Sequence[Condition]) -> Condition:
    return Condition(" AND ".join(one.sql for one in conditions), _values(conditions))


def _values(conditions: Iterable[Condition]) -> tuple[Any, ...]:
    return tuple(value for one in conditions for value in one.values)


def _ids(sql: str, values: Sequence[Any]) -> list[int]:
    return [pk for (pk,) in _rows(sql, values)]


def _rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_NO_TABLES + sql, list(values))
        return list(cursor.fetchall())
