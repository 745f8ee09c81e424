"""How the RT, RW and dusun of an area work: whose post is vacant, who answers how fast.

Of people it names the heads alone. Constant queries, whatever the number of RT.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import CharField, Count, F, Func, Min, OuterRef, Q, QuerySet, Subquery, Value

from kernel.registry import Registry
from services.cases import reasons
from services.cases.models import Case, Step
from services.catalogue.models import Switch
from tenants.office import queries as office
from tenants.office import terms
from tenants.office.models import Holding, ServiceHours, Unit
from tenants.office.roles import NEIGHBOURHOOD, Can, having

WEEKS = 4  # that "a week" is an average of
RECENT = timedelta(weeks=WEEKS)
MEASURED = timedelta(days=90)  # answers by which speed is judged
MOST_ANSWERS = 20_000  # read to judge the speed of one area
ANSWERED = Q(state__in=[Step.State.APPROVED, Step.State.REFUSED, Step.State.RETURNED])


@dataclass(frozen=True, slots=True)
class Column:
    """What another app says of each unit of the board. ``cells`` gets the units and gives the
    words by unit, in constant queries."""

    heading: str
    cells: Callable[[Sequence[Unit]], Mapping[int, str]]


# A monthly report, say. Registered at the start.
columns: Registry[Column] = Registry("board_columns", "what the board of RT says beside its own")


@dataclass(slots=True)
class Row:
    """One RT, RW or dusun."""

    unit: Unit
    head: Holding | None = None
    days_left: int | None = None  # of the head's term, within two months
    has_successor: bool = False
    since: datetime | None = None  # the first vouch
    recent: int = 0  # cases that came in ``RECENT``
    answered: int = 0  # in ``MEASURED``
    in_time: int = 0
    silent: int = 0  # passed over without an answer
    waiting: int = 0
    late: int = 0
    hours: float | None = None  # median working hours to the answer
    more: list[str] = field(default_factory=list)  # of ``columns``

    @property
    def a_week(self) -> float:
        return round(self.recent / WEEKS, 1)

    @property
    def share_in_time(self) -> int | None:
        """In percent, of what was answered or passed over."""
        every = self.answered + self.silent
        return round(100 * self.in_time / every) if every else None

    @property
    def is_vacant(self) -> bool:
        return self.head is None

    @property
    def ends_soon(self) -> bool:
        return self.days_left is not None and not self.has_successor

    @property
    def is_slow(self) -> bool:
        return self.silent > 0 or self.late > 0

    @property
    def is_unused(self) -> bool:
        return self.since is None

    @property
    def care(self) -> tuple[int, int, int]:
        """What needs care first: vacant with work, vacant, ending, late, passed over."""
        order = (
            8 * (self.is_vacant and self.waiting > 0)
            + 4 * self.is_vacant
            + 2 * self.ends_soon
            + self.is_slow
        )
        return (-order, -self.late, -self.silent)


# What a list may be narrowed to, by the word in its address.
FILTERS: Mapping[str, tuple[str, Callable[[Row], bool]]] = {
    "vacant": ("Jabatan kosong", lambda row: row.is_vacant),
    "ending": ("Masa jabatan segera berakhir", lambda row: row.ends_soon),
    "slow": ("Lambat atau tidak menjawab", lambda row: row.is_slow),
    "waiting": ("Ada yang menunggu", lambda row: row.waiting > 0),
    "unused": ("Belum memakai e-RT", lambda row: row.is_unused),
}


def below(area: Unit) -> QuerySet[Unit]:
    """RT, RW and dusun of an area that have a head: a dusun with RT of its own is left out."""
    inside = Unit.objects.filter(code__startswith=f"{area.code}/", is_active=True)
    vouched = office.vouched_units().values("pk")
    heads = Q(kind=Unit.Kind.RW) | Q(pk__in=vouched)
    return inside.filter(heads, kind__in=NEIGHBOURHOOD).select_related("parent__parent__parent")


def rows(area: Unit, *, at: datetime, on: date) -> list[Row]:
    """Every RT, RW and dusun of a kelurahan or desa, what needs care first."""
    found = {unit.pk: Row(unit) for unit in below(area).order_by("code")}
    _heads(found, on)
    _counts(found, at)
    _speed(found, at)
    units = [row.unit for row in found.values()]
    for column in columns:
        cells = column.cells(units)
        for row in found.values():
            row.more.append(cells.get(row.unit.pk, ""))
    return sorted(found.values(), key=lambda row: (*row.care, row.unit.code))


def _heads(found: Mapping[int, Row], on: date) -> None:
    coming = Q(until__isnull=True) | Q(until__gte=on)
    held = Holding.objects.filter(
        coming, having(Can.HEADS, "post__role"), post__unit__in=found, user__is_active=True
    )
    for holding in held.select_related("user", "post").order_by("since", "is_acting", "pk"):
        row = found[holding.post.unit_id]
        if holding.since > on:
            row.has_successor = True
        elif row.head is None or row.head.is_acting:
            row.head = holding
    for row in found.values():
        if row.head is not None:
            row.days_left = terms.days_left(row.head, on)


def _counts(found: Mapping[int, Row], at: datetime) -> None:
    measured = Q(opened_at__gte=at - MEASURED)
    steps = Step.objects.filter(unit__in=found)
    counted = steps.filter(measured | Q(state=Step.State.OPEN)).values("unit").order_by("unit")
    for told in counted.annotate(
        recent=Count("pk", filter=_came(at)),
        answered=Count("pk", filter=ANSWERED & measured),
        in_time=Count("pk", filter=ANSWERED & measured & Q(decided_at__lte=F("due_at"))),
        silent=Count("pk", filter=_silent() & measured),
        waiting=Count("pk", filter=Q(state=Step.State.OPEN)),
        late=Count("pk", filter=Q(state=Step.State.OPEN, due_at__lt=at)),
    ):
        row = found[told["unit"]]
        for name in ("recent", "answered", "in_time", "silent", "waiting", "late"):
            setattr(row, name, told[name])
    for pk, since in _first(Unit.objects.filter(pk__in=found)):
        found[pk].since = since


def _came(at: datetime) -> Q:
    """Steps at which a head was asked of late: not those passed over from the start."""
    asked = ~Q(state=Step.State.SKIPPED) | _silent()
    return Q(opened_at__gte=at - RECENT) & asked


def _silent() -> Q:
    return Q(state=Step.State.SKIPPED, note=reasons.UNANSWERED)


def _first(units: QuerySet[Unit]) -> Iterable[tuple[int, datetime]]:
    """Units with the moment of their first vouch. One query, by an index for each unit."""
    vouched = Step.objects.filter(unit=OuterRef("pk"), state=Step.State.APPROVED)
    first = Subquery(vouched.order_by("opened_at").values("decided_at")[:1])
    return units.annotate(first=first).exclude(first=None).values_list("pk", "first")


def _speed(found: Mapping[int, Row], at: datetime) -> None:
    answers = Step.objects.filter(ANSWERED, unit__in=found, opened_at__gte=at - MEASURED).order_by(
        "-opened_at", "-pk"
    )
    calendar = office.calendar(ServiceHours.Of.NEIGHBOURHOOD)
    taken: dict[int, list[float]] = defaultdict(list)
    for unit, opened, decided in answers.values_list("unit", "opened_at", "decided_at")[
        :MOST_ANSWERS
    ]:
        if decided is not None:
            worked = calendar.working_time(opened, decided)
            taken[unit].append(worked.total_seconds() / 3600)
    for unit, times in taken.items():
        found[unit].hours = round(median(times), 1)


# --- the kelurahan of an area ---------------------------------------------------------------------


@dataclass(slots=True)
class Village:
    """One kelurahan or desa: whether it works with e-RT, since when, how much."""

    unit: Unit
    is_on: bool = True  # e-RT is switched on
    heads: int = 0
    units: int = 0
    ending: int = 0
    since: datetime | None = None
    by_rt: int = 0  # cases an RT was asked about in ``RECENT``
    cases: int = 0  # every case in ``RECENT``
    silent: int = 0
    waiting: int = 0

    @property
    def vacant(self) -> int:
        return self.units - self.heads

    @property
    def uses(self) -> str:
        """``ert``: somebody vouched; ``ready``: switched on, nobody yet; ``counter``: off."""
        if not self.is_on:
            return "counter"
        return "ert" if self.since is not None else "ready"

    @property
    def by_rt_a_week(self) -> float:
        return round(self.by_rt / WEEKS, 1)

    @property
    def cases_a_week(self) -> float:
        return round(self.cases / WEEKS, 1)


def villages(area: Unit, *, at: datetime, on: date) -> list[Village]:
    """The kelurahan and desa of a kecamatan or a city, in the order of their codes. Constant
    queries."""
    kinds = [Unit.Kind.KELURAHAN, Unit.Kind.DESA]
    units = Unit.objects.filter(
        code__startswith=f"{area.code}.", kind__in=kinds, is_active=True
    ).order_by("code")
    found = {unit.code: Village(unit) for unit in units.select_related("parent")}
    off = Switch.objects.filter(what=Switch.ERT, is_on=False, unit__code__in=found)
    for code in off.values_list("unit__code", flat=True):
        found[code].is_on = False
    inside = Q(unit__code__startswith=f"{area.code}.")
    vouched = office.vouched_units().filter(code__startswith=f"{area.code}.")
    for told in _by_village(vouched, "code").annotate(number=Count("pk")):
        found[told["village"]].units = told["number"]
    held = office.current_holdings(on).filter(
        having(Can.HEADS, "post__role"), post__unit__in=vouched, user__is_active=True
    )
    soon = Q(until__lte=on + timedelta(days=terms.DAYS[0]))
    for told in _by_village(held, "post__unit__code").annotate(
        number=Count("post__unit", distinct=True), ending=Count("pk", filter=soon)
    ):
        found[told["village"]].heads = told["number"]
        found[told["village"]].ending = told["ending"]
    steps = Step.objects.filter(inside, unit__kind__in=NEIGHBOURHOOD).filter(
        Q(opened_at__gte=at - RECENT) | Q(state=Step.State.OPEN)
    )
    for told in _by_village(steps, "unit__code").annotate(
        by_rt=Count("case", filter=_came(at), distinct=True),
        silent=Count("pk", filter=_silent()),
        waiting=Count("pk", filter=Q(state=Step.State.OPEN)),
    ):
        village = found[told["village"]]
        for name in ("by_rt", "silent", "waiting"):
            setattr(village, name, told[name])
    cases = Case.objects.filter(inside, submitted_at__gte=at - RECENT)
    for told in _by_village(cases, "unit__code").annotate(number=Count("pk")):
        found[told["village"]].cases = told["number"]
    for told in _by_village(_with_first(area), "code").annotate(since=Min("first")):
        found[told["village"]].since = told["since"]
    return list(found.values())


def _by_village(rows: QuerySet[Any], path: str) -> QuerySet[Any, Any]:
    """Grouped by the code of the village that a unit's code begins with."""
    village = Func(F(path), Value("/"), Value(1), function="split_part", output_field=CharField())
    grouped: QuerySet[Any, Any] = rows.annotate(village=village).values("village")
    return grouped.order_by("village")


def _with_first(area: Unit) -> QuerySet[Unit]:
    vouched = Step.objects.filter(unit=OuterRef("pk"), state=Step.State.APPROVED)
    first = Subquery(vouched.order_by("opened_at").values("decided_at")[:1])
    units = Unit.objects.filter(code__startswith=f"{area.code}.", kind__in=NEIGHBOURHOOD)
    return units.annotate(first=first).exclude(first=None)


def totals(found: Sequence[Village]) -> Mapping[str, int]:
    """How many kelurahan work with e-RT, are ready for it, and have the counter alone."""
    return Counter(village.uses for village in found)
