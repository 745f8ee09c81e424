"""The monthly statement: made from the lines of a month, and frozen when the month is closed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypedDict

from django.db import transaction
from django.db.models import Min, QuerySet, Sum

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from services.dues import books, cash
from services.dues.categories import EXPENSE, INCOME, OPENING
from services.dues.models import ClosedMonth, Entry
from services.dues.months import month_of, plus
from tenants.office.models import Post, Unit


class Figures(TypedDict):
    """A month in numbers: no names."""

    opening: int
    income: dict[str, int]  # by category
    expense: dict[str, int]  # by category, above zero
    closing: int


def figures(unit: Unit, month: date) -> Figures:
    """What the lines of a month say. The opening of the book is no income. Two queries."""
    rows = (
        Entry.objects.filter(unit=unit, on__gte=month, on__lt=plus(month, 1))
        .order_by()
        .values_list("category")
        .annotate(total=Sum("amount"))
    )
    sums: Mapping[str, int] = dict(rows)
    opening = cash.balance(unit, month) + sums.get(OPENING, 0)
    income = {name: sums[name] for name in INCOME if sums.get(name)}
    expense = {name: -sums[name] for name in EXPENSE if sums.get(name)}
    closing = opening + sum(income.values()) - sum(expense.values())
    return {"opening": opening, "income": income, "expense": expense, "closing": closing}


def next_month(unit: Unit) -> date | None:
    """The month that is closed next: after the last one, or the first with a line; None for a book
    without lines."""
    last = cash.last_closed(unit)
    if last is not None:
        return plus(last, 1)
    first = Entry.objects.filter(unit=unit).aggregate(first=Min("on"))["first"]
    return month_of(first) if first else None


@transaction.atomic
def close(
    *, unit_id: int, month: date, posts: Sequence[Post], by: User, at: datetime, today: date
) -> ClosedMonth:
    """Close a month that is over: from then on it never changes, and residents see its statement.
    Raises NotThere, RuleBroken, Stale."""
    post = books.locked(posts, unit_id)
    due = next_month(post.unit)
    if due is None:
        raise RuleBroken("Buku kas ini belum berisi catatan.")
    if month < due:
        raise Stale("Bulan ini sudah ditutup.")
    if month != due:
        raise RuleBroken("Tutup dulu bulan sebelumnya.")
    if month >= month_of(today):
        raise RuleBroken("Bulan ini belum berakhir. Tutup sesudah hari terakhirnya.")
    made = ClosedMonth.objects.create(
        unit=post.unit, month=month, figures=figures(post.unit, month), closed_by=by,
        title=post.title, closed_at=at,
    )  # fmt: skip
    audit.record("cash.closed", actor=by, subject="unit", subject_id=unit_id,
                 detail={"month": month.isoformat()})  # fmt: skip
    return made


def closed(units: Iterable[Unit]) -> QuerySet[ClosedMonth]:
    """The statements of these units, the newest first."""
    found = ClosedMonth.objects.filter(unit__in=[unit.pk for unit in units])
    return found.select_related("unit", "closed_by").order_by("-month", "-pk")


def of_units(units: Iterable[Unit], pk: int) -> ClosedMonth:
    """One of them. Raises NotThere."""
    found = closed(units).filter(pk=pk).first()
    if found is None:
        raise NotThere("Laporan kas ini bukan untuk wilayah Anda.")
    return found
