"""Registers of cases: every case that came to an office, by the day it came.

A case came to an office when its first step there opened, whoever decided it later. Steps that
were passed over at once, since nobody holds their post, bring no case anywhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from kernel.workdays import WorkCalendar
from services.cases.deadlines import rests_of
from services.cases.kinds import Summary, kind_of, kinds
from services.cases.models import Case, CaseDeadline, Step
from services.cases.queries import with_paths
from services.inbox.lists import PER_PAGE, Slice, Total
from services.letters.rules import initials
from services.records.agenda import AT_ONCE
from services.records.periods import period
from tenants.office import queries as office
from tenants.office.models import Unit
from tenants.registry.current import city

ENDED = (Case.State.DONE, Case.State.REFUSED, Case.State.WITHDRAWN)
STATES: Mapping[str, str] = {
    Case.State.RUNNING: "diproses",
    Case.State.RETURNED: "di pemohon untuk diperbaiki",
    Case.State.ISSUING: "suratnya sedang dibuat",
    Case.State.DONE: "selesai",
    Case.State.REFUSED: "ditolak",
    Case.State.WITHDRAWN: "dibatalkan pemohon",
}
TERM_UNITS = {"hari": "hari", "hari_kerja": "hari kerja", "jam_kerja": "jam kerja"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the register of an office."""

    unit: Unit
    year: int
    month: int = 0
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One case in the register of an office."""

    step: Step  # by which it came there
    case: Case
    summary: Summary
    village: str  # where it belongs
    term: str  # "3 dari 5 hari kerja"; "" without one
    late: bool | None  # None: it has no term, or still runs within it

    @property
    def came_at(self) -> datetime:
        return self.step.opened_at

    @property
    def state(self) -> str:
        return STATES.get(self.case.state, "")

    @property
    def ended_at(self) -> datetime | None:
        return self.case.finished_at if self.case.state in ENDED else None

    @property
    def applicant(self) -> str:
        return self.summary.person.name if self.summary.person is not None else ""

    @property
    def masked(self) -> str:
        """The applicant as lists show them."""
        return initials(self.applicant)


def moments(year: int, month: int = 0) -> tuple[datetime, datetime]:
    """A month or a year as moments of the city."""
    first, after = period(year, month)
    return (
        datetime.combine(first, time.min, tzinfo=city().tz),
        datetime.combine(after, time.min, tzinfo=city().tz),
    )


def came_to(unit: Unit) -> QuerySet[Step]:
    """The steps by which cases came to an office: of each case the first there."""
    there = Step.objects.filter(unit=unit).exclude(state=Step.State.SKIPPED)
    earlier = Step.objects.filter(
        unit=OuterRef("unit"), case=OuterRef("case"), pk__lt=OuterRef("pk")
    ).exclude(state=Step.State.SKIPPED)
    return there.filter(~Exists(earlier))


def arrivals(wanted: Wanted) -> QuerySet[Step]:
    """Those of a month or year, newest first."""
    begin, end = moments(wanted.year, wanted.month)
    found = came_to(wanted.unit).filter(opened_at__gte=begin, opened_at__lt=end)
    if wanted.topic:
        found = found.filter(topic=wanted.topic)
    return found.order_by("-opened_at", "-pk")


def page(wanted: Wanted, number: int, *, at: datetime) -> Slice[Line]:
    """A page of the register, newest first. Five queries at most."""
    start = (number - 1) * PER_PAGE
    ids = list(arrivals(wanted).values_list("pk", flat=True)[start : start + PER_PAGE + 1])
    rows = _read(Step.objects.filter(pk__in=ids[:PER_PAGE])).order_by("-opened_at", "-pk")
    lines = list(_lines(rows, at))
    return Slice(lines, number, len(ids) > PER_PAGE, Total(None))


def lines(wanted: Wanted, *, at: datetime) -> Iterator[Line]:
    """Every line, oldest first, read some at a time."""
    rows = _read(arrivals(wanted)).order_by("opened_at", "pk")
    return _lines(rows.iterator(AT_ONCE), at)


def _read(steps: QuerySet[Step]) -> QuerySet[Step]:
    """With what lines say. Units are read apart: each further join costs the planner more."""
    return steps.select_related("case__deadline", *with_paths("case"))


def _lines(steps: Iterable[Step], at: datetime) -> Iterator[Line]:
    calendar, villages = office.calendar(), dict[int, str]()
    rows = iter(steps)
    while batch := list(islice(rows, AT_ONCE)):
        _learn({step.case_unit_id or step.case.unit_id for step in batch}, villages)
        for step in batch:
            term, late = term_of(step.case, calendar, at)
            village = villages[step.case_unit_id or step.case.unit_id]
            yield Line(step, step.case, kind_of(step.case).summary(step.case), village, term, late)


def _learn(unit_ids: set[int], known: dict[int, str]) -> None:
    """The names of the kelurahan and desa in which these units lie. Two queries at most."""
    new = Unit.objects.filter(pk__in=unit_ids - known.keys()).only("code", "kind")
    codes = {unit.pk: office.village_code(unit) for unit in new}
    if codes:
        names = dict(Unit.objects.filter(code__in=codes.values()).values_list("code", "name"))
        known |= {pk: names.get(code, "") for pk, code in codes.items()}


def term_of(case: Case, calendar: WorkCalendar, at: datetime) -> tuple[str, bool | None]:
    """How much of its term a case has used, in words; whether it is or was late."""
    deadline: CaseDeadline | None = getattr(case, "deadline", None)
    if deadline is None:
        return "", None
    end = deadline.ended_at or at
    used = _used(deadline, calendar, end)
    words = f"{used} dari {deadline.amount} {TERM_UNITS.get(deadline.unit, deadline.unit)}"
    if deadline.ended_at is None and (deadline.due_at is None or deadline.due_at >= at):
        return words, None
    return words, is_late(deadline, end)


def is_late(deadline: CaseDeadline, end: datetime) -> bool:
    """Whether a term that ended, or would end, at this moment was missed."""
    return deadline.due_at is not None and end > deadline.due_at


def _used(deadline: CaseDeadline, calendar: WorkCalendar, end: datetime) -> int:
    """Whole days, or hours, of the term that were used when it ended."""
    rests = [(rest.since, min(rest.until or end, end)) for rest in rests_of(deadline)]
    if deadline.unit == "jam_kerja":
        worked = calendar.working_time(deadline.started_at, end)
        for since, until in rests:
            worked -= calendar.working_time(since, until)
        return max(0, int(worked.total_seconds() // 3600))
    zone = city().tz
    last, day = end.astimezone(zone).date(), deadline.started_at.astimezone(zone).date()
    resting = [(a.astimezone(zone).date(), b.astimezone(zone).date()) for a, b in rests]
    counted = 0
    while day < last:
        day = date.fromordinal(day.toordinal() + 1)
        rests_today = any(since < day <= until for since, until in resting)
        works = deadline.unit == "hari" or calendar.is_workday(day)
        counted += works and not rests_today
    return counted


# --- counts by service --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ServiceCount:
    """How many cases of a service came to an office in a month, and how they stand."""

    topic: str
    title: str
    came: int
    done: int
    refused: int
    withdrawn: int

    @property
    def running(self) -> int:
        return self.came - self.done - self.refused - self.withdrawn


def titles() -> dict[str, str]:
    """Every service with its title. One query."""
    return {key: title for kind in kinds for key, title in kind.topics().items()}


def by_service(wanted: Wanted, known: Mapping[str, str] | None = None) -> list[ServiceCount]:
    """Every service whose cases came there, with how many; the titles in order. Two queries."""
    named = titles() if known is None else known
    state: dict[str, Any] = {
        name: Count("pk", filter=Q(case__state=value))
        for name, value in (
            ("done", Case.State.DONE), ("refused", Case.State.REFUSED),
            ("withdrawn", Case.State.WITHDRAWN),
        )
    }  # fmt: skip
    counted: Any = arrivals(wanted).order_by().values("topic")
    rows = counted.annotate(came=Count("pk"), **state)
    found = [
        ServiceCount(
            row["topic"], named.get(row["topic"], row["topic"]), row["came"], row["done"],
            row["refused"], row["withdrawn"],
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.title, one.topic))
