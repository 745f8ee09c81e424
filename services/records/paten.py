"""The monthly PATEN report of a kecamatan, from the same cases as its register.

What stood at the beginning of the month, and what came in it, ended in it or still runs at its
end: the one sum equals the other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median

from django.db.models import Exists, OuterRef, Q, Subquery, Sum

from services.cases.models import Case, CaseDeadline, Step
from services.payments.models import Payment, Refund
from services.records import registers
from services.records.periods import period
from services.records.registers import ENDED, is_late
from tenants.office import queries as office
from tenants.office.models import Unit
from tenants.registry.current import city


@dataclass(slots=True)
class Row:
    """A service in a month of a kecamatan."""

    title: str
    before: int = 0  # ran when the month began
    came: int = 0
    done: int = 0
    refused: int = 0
    withdrawn: int = 0
    in_time: int = 0
    late: int = 0
    at_camat: int = 0  # ended well here
    sent_on: dict[str, int] = field(default_factory=dict)  # by dinas
    fees: int = 0  # rupiah, less what was given back
    days: list[int] = field(default_factory=list)  # working days of those that ended

    @property
    def running(self) -> int:
        """At the end of the month."""
        return self.before + self.came - self.done - self.refused - self.withdrawn

    @property
    def median_days(self) -> float | None:
        return median(self.days) if self.days else None

    @property
    def median_words(self) -> str:
        found = self.median_days
        return "" if found is None else f"{found:g}".replace(".", ",")

    @property
    def sent_words(self) -> str:
        return ", ".join(f"{name}: {count}" for name, count in sorted(self.sent_on.items()))


@dataclass(frozen=True, slots=True)
class Report:
    """A month of a kecamatan."""

    unit: Unit
    year: int
    month: int
    rows: Sequence[Row]
    total: Row

    @property
    def is_nil(self) -> bool:
        return not self.rows


def report(unit: Unit, year: int, month: int) -> Report:
    """Eight queries at most, and those of the calendar."""
    begin, end = registers.moments(year, month)
    rows: defaultdict[str, Row] = defaultdict(lambda: Row(""))
    _count_cases(unit, begin, end, rows)
    _count_sent_on(unit, begin, end, rows)
    _count_fees(unit, year, month, rows)
    titles = registers.titles()
    for topic, row in rows.items():
        row.title = titles.get(topic, topic)
    found = sorted(rows.values(), key=lambda row: row.title)
    return Report(unit, year, month, found, _total(found))


def _count_cases(unit: Unit, begin: datetime, end: datetime, rows: Mapping[str, Row]) -> None:
    """Every case that came before the month ended and had not ended when it began."""
    calendar, zone = office.calendar(), city().tz
    alive = Q(case__finished_at__isnull=True) | Q(case__finished_at__gte=begin)
    steps = registers.came_to(unit).filter(alive, opened_at__lt=end)
    at_dinas = Step.objects.filter(case=OuterRef("case"), unit__kind=Unit.Kind.DINAS).exclude(
        state=Step.State.SKIPPED
    )
    due = CaseDeadline.objects.filter(case=OuterRef("case"))
    found = steps.annotate(
        went_on=Exists(at_dinas),
        due=Subquery(due.values("due_at")[:1]),
        decided=Subquery(due.values("ended_at")[:1]),
    ).values_list(
        "topic", "opened_at", "case__state", "case__finished_at", "went_on", "due", "decided"
    )
    for topic, came_at, state, finished_at, went_on, due_at, decided_at in found.iterator(2000):
        row = rows[topic]
        if came_at >= begin:
            row.came += 1
        else:
            row.before += 1
        if state not in ENDED or finished_at is None or finished_at >= end:
            continue
        if state == Case.State.DONE:
            row.done += 1
            row.at_camat += not went_on
        elif state == Case.State.REFUSED:
            row.refused += 1
        else:
            row.withdrawn += 1
        if due_at is not None and state != Case.State.WITHDRAWN:
            if is_late(CaseDeadline(due_at=due_at), decided_at or finished_at):
                row.late += 1
            else:
                row.in_time += 1
        if state != Case.State.WITHDRAWN:
            first, last = came_at.astimezone(zone).date(), finished_at.astimezone(zone).date()
            row.days.append(_workdays(calendar.is_workday, first, last))


def _workdays(works: Callable[[date], bool], first: date, last: date) -> int:
    """Working days after the first day up to the last."""
    return sum(
        works(date.fromordinal(day)) for day in range(first.toordinal() + 1, last.toordinal() + 1)
    )


def _count_sent_on(unit: Unit, begin: datetime, end: datetime, rows: Mapping[str, Row]) -> None:
    """Cases that lay here and came to a dinas in the month for the first time."""
    lay_here = Step.objects.filter(case=OuterRef("case"), unit=unit, opened_at__lt=end).exclude(
        state=Step.State.SKIPPED
    )
    there = Step.objects.filter(unit__kind=Unit.Kind.DINAS).exclude(state=Step.State.SKIPPED)
    earlier = there.filter(case=OuterRef("case"), unit=OuterRef("unit"), pk__lt=OuterRef("pk"))
    found = there.filter(
        Exists(lay_here), ~Exists(earlier), opened_at__gte=begin, opened_at__lt=end
    ).values_list("topic", "unit__name")
    for topic, name in found:
        sent = rows[topic].sent_on
        sent[name] = sent.get(name, 0) + 1


def _count_fees(unit: Unit, year: int, month: int, rows: Mapping[str, Row]) -> None:
    """What was paid in the month for cases that lay here, less what was given back in it."""
    first, after = period(year, month)
    lay_here = Step.objects.filter(case=OuterRef("order__asked_at__step__case"), unit=unit)
    topic = "order__asked_at__step__topic"
    paid = Payment.objects.filter(
        Exists(lay_here.exclude(state=Step.State.SKIPPED)), day__gte=first, day__lt=after
    ).order_by()  # fmt: skip
    for key, amount in paid.values_list(topic).annotate(sum=Sum("amount")):
        rows[key].fees += amount
    lay_here = Step.objects.filter(case=OuterRef("payment__order__asked_at__step__case"), unit=unit)
    back = Refund.objects.filter(
        Exists(lay_here.exclude(state=Step.State.SKIPPED)), state=Refund.State.PAID,
        day__gte=first, day__lt=after,
    ).order_by()  # fmt: skip
    for key, amount in back.values_list(f"payment__{topic}").annotate(sum=Sum("amount")):
        rows[key].fees -= amount


def _total(rows: Sequence[Row]) -> Row:
    total = Row("Jumlah")
    for row in rows:
        for name in (
            "before", "came", "done", "refused", "withdrawn", "in_time", "late", "at_camat", "fees",
        ):  # fmt: skip
            setattr(total, name, getattr(total, name) + getattr(row, name))
        for name, count in row.sent_on.items():
            total.sent_on[name] = total.sent_on.get(name, 0) + count
        total.days += row.days
    return total


def rows_with_total(found: Report) -> Iterator[tuple[int | None, Row]]:
    """Each with its running number; the sums last, without one."""
    yield from enumerate(found.rows, start=1)
    if found.rows:
        yield None, found.total
