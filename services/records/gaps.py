"""Numbers that are given without gaps, series by series: which are missing, or count no more; and
numbers that two letters bear.

A series begins where a city began to count; what lies before its first number is no gap.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Value, Window
from django.db.models.functions import Lead, Upper

from services.letters.models import Letter
from services.records.models import AgendaEntry
from tenants.office.models import Unit
from tenants.office.numbering import Numbers, numbers

MOST_RANGES = 200  # of missing numbers that are listed; none is the rule
VILLAGES = (Unit.Kind.KELURAHAN, Unit.Kind.DESA)
CITY = "Seluruh kota atau kabupaten"


@dataclass(slots=True)
class Series:
    """The numbers of one office or unit, series and year."""

    kind: str  # a key of ``tenants.office.numbering``
    place: str  # whose numbers they are
    name: str
    first: int
    last: int
    count: int
    missing: list[tuple[int, int]] = field(default_factory=list)  # ranges, both ends counted
    void: list[tuple[str, str]] = field(default_factory=list)  # number and reason

    @property
    def may_lack(self) -> bool:
        """Whether there are fewer numbers than the first and the last leave room for."""
        return self.count != self.last - self.first + 1

    @property
    def is_alone(self) -> bool:
        """Whether its place has no other series of this kind."""
        return self.name == numbers[self.kind].label

    @property
    def lacks(self) -> int:
        return sum(last - first + 1 for first, last in self.missing)

    @property
    def missing_words(self) -> str:
        """``12, 15–18``."""
        shown = [
            f"{first}" if first == last else f"{first}–{last}"
            for first, last in self.missing[:MOST_RANGES]
        ]
        return ", ".join(shown) + (" …" if len(self.missing) > MOST_RANGES else "")

    @property
    def void_words(self) -> str:
        return "; ".join(f"{number}: {reason}" for number, reason in self.void)


@dataclass(frozen=True, slots=True)
class Double:
    """A number of a letter of Balai that also stands on one noted from paper."""

    number: str
    unit_id: int
    issued: str  # when, and about what
    noted: str


def kinds_of(units: Sequence[Unit], *, whole_city: bool) -> dict[str, Numbers]:
    """The kinds of number that the report of these offices has: those of the whole city only for
    whoever reads all of it, those of a neighbourhood where there is a village."""
    has_village = any(unit.kind in VILLAGES for unit in units)
    given = {"office": True, "area": has_village, "city": whole_city}
    return {key: kind for key, kind in numbers.items() if given[kind.holder]}


def series(units: Sequence[Unit], year: int, *, whole_city: bool = False) -> list[Series]:
    """Every series of these offices in a year, those of RT, RW and dusun with their village, and
    those of the city. At most three queries for each kind of number, and one for names."""
    found: dict[tuple[str, int, str], Series] = {}
    for key, kind in kinds_of(units, whole_city=whole_city).items():
        rows = _within(kind, kind.rows(year), units, whole_city)
        here = {
            (unit, name): Series(key, "", kind.called(name) or kind.label, first, last, count)
            for unit, name, first, last, count in _bounds(kind, rows)
        }
        if any(one.may_lack for one in here.values()):
            for unit, name, lead, last in _holes(kind, rows):
                here[unit, name].missing.append((lead, last))
            if kind.elsewhere is not None:
                _take_away(here, kind.elsewhere(year))
        for unit, name, number, words in kind.void(rows) if here else ():
            here[unit, name].void.append((number, words))
        found |= {(key, unit, name): one for (unit, name), one in here.items()}
    return _placed(found, units)


def _take_away(here: dict[tuple[int, str], Series], borne: Iterable[tuple[int, int]]) -> None:
    """Numbers of one book that other papers bear are not missing."""
    there: dict[int, set[int]] = {}
    for unit, number in borne:
        there.setdefault(unit, set()).add(number)
    for (unit, _), one in here.items():
        left = [
            number for first, last in one.missing for number in range(first, last + 1)
            if number not in there.get(unit, ())
        ]  # fmt: skip
        one.missing = [
            (group[0], group[-1])
            for _, found in groupby(enumerate(left), key=lambda pair: pair[1] - pair[0])
            if (group := [number for _, number in found])
        ]


def _within(
    kind: Numbers, rows: QuerySet[Any], units: Sequence[Unit], whole_city: bool
) -> QuerySet[Any]:
    if kind.holder == "city" or (kind.holder == "area" and whole_city):
        return rows
    around = Q(unit__in=[unit.pk for unit in units])
    if kind.holder == "area":
        for unit in units:
            if unit.kind in VILLAGES:
                around |= Q(unit__code__startswith=f"{unit.code}/")
    return rows.filter(around)


def _placed(found: dict[tuple[str, int, str], Series], units: Sequence[Unit]) -> list[Series]:
    """With the names of their places, in the order of kinds and offices."""
    known = {unit.pk: unit for unit in units}
    inside = {unit for _, unit, _ in found if unit and unit not in known}
    if inside:
        rows = Unit.objects.filter(pk__in=inside).select_related("parent")
        known |= {unit.pk: unit for unit in rows}
    villages = {unit.code: unit.name for unit in units}
    kinds = numbers.names()
    order: list[tuple[tuple[int, str, str], Series]] = []
    for (key, unit_id, name), one in found.items():
        unit = known.get(unit_id)
        if unit is not None:
            village = villages.get(unit.code.partition("/")[0], "")
            one.place = _near(unit, village) if unit.pk in inside else unit.name
        else:
            one.place = CITY
        order.append(((kinds.index(key), unit.code if unit else "", name), one))
    return [one for _, one in sorted(order, key=lambda pair: pair[0])]


def _near(unit: Unit, village: str) -> str:
    """``RT 001 RW 002, Kelurahan Melati``: a number of an RT says little without its RW."""
    above = unit.parent
    name = f"{unit.name} {above.name}" if above and above.kind == Unit.Kind.RW else unit.name
    return f"{name}, {village}" if village else name


def _with_series(kind: Numbers, rows: QuerySet[Any]) -> QuerySet[Any]:
    """With whose number it is, of which series, and the number in it."""
    found: QuerySet[Any] = rows.order_by().annotate(
        at_unit=Value(0) if kind.holder == "city" else F("unit"),
        in_series=F(kind.series) if kind.series else Value(""),
        in_order=F(kind.sequence),
    )
    return found


def _bounds(kind: Numbers, rows: QuerySet[Any]) -> Any:
    counted = _with_series(kind, rows).values("at_unit", "in_series")
    found = counted.annotate(first=Min("in_order"), last=Max("in_order"), n=Count("pk"))
    return found.filter(n__gt=0).values_list("at_unit", "in_series", "first", "last", "n")


def _holes(kind: Numbers, rows: QuerySet[Any]) -> Iterator[tuple[int, str, int, int]]:
    """The numbers between two that follow each other: the first and last of each range."""
    after = Window(
        Lead("in_order"), partition_by=[F("at_unit"), F("in_series")],
        order_by=F("in_order").asc(),
    )  # fmt: skip
    pairs = _with_series(kind, rows).annotate(after=after).filter(after__gt=F("in_order") + 1)
    for unit, name, before, then in pairs.order_by("at_unit", "in_series", "in_order").values_list(
        "at_unit", "in_series", "in_order", "after"
    ):
        yield unit, name, before + 1, then - 1


def doubles(units: Sequence[Unit], year: int) -> list[Double]:
    """Numbers that Balai gave and that a letter noted by hand bears as well. Two queries."""
    ids = [unit.pk for unit in units]
    noted = AgendaEntry.objects.filter(
        direction=AgendaEntry.Direction.OUT, unit__in=ids, year=year, void_at=None
    )
    by_number = {entry.number.upper(): entry for entry in noted.order_by("pk")}
    if not by_number:
        return []
    same = Letter.objects.filter(unit__in=ids, year__in=(year, year - 1)).annotate(
        upper=Upper("number")
    )
    issued = same.filter(upper__in=list(by_number)).defer("content_sealed").order_by("number")
    return [
        Double(
            letter.number,
            letter.unit_id,
            f"{letter.issued_on:%d-%m-%Y}, {letter.subject}",
            f"{twin.on:%d-%m-%Y}, {twin.subject}",
        )
        for letter in issued
        if (twin := by_number[letter.number.upper()])
    ]
