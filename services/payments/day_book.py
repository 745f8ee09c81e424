"""The day book of an office that takes fees, and the rows for the regional finance system."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from services.payments.models import Payment, Refund
from tenants.office.models import Unit


@dataclass(frozen=True, slots=True)
class Row:
    """One line: money that came, or went back (below zero)."""

    day: date
    number: str  # of the receipt
    account: str
    words: str
    order: str
    amount: int
    method: str
    payer: str  # initials: books go round
    pk: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day of an office, with what stood before it since the year began."""

    unit: Unit
    day: date
    rows: list[Row]
    opening: int

    @property
    def received(self) -> int:
        return sum(row.amount for row in self.rows if row.amount > 0)

    @property
    def given_back(self) -> int:
        return -sum(row.amount for row in self.rows if row.amount < 0)

    @property
    def closing(self) -> int:
        return self.opening + sum(row.amount for row in self.rows)

    @property
    def by_method(self) -> list[tuple[str, int]]:
        found: dict[str, int] = {}
        for row in self.rows:
            found[row.method] = found.get(row.method, 0) + row.amount
        return sorted(found.items())


def day_of(unit: Unit, day: date) -> Day:
    """One day of an office. Five queries at most."""
    return Day(unit, day, rows([unit], day, day), _before(unit, day))


def _before(unit: Unit, day: date) -> int:
    """What came and stayed from the first of January to the day before."""
    begin = date(day.year, 1, 1)
    came = Payment.objects.filter(unit=unit, day__gte=begin, day__lt=day)
    back = Refund.objects.filter(
        payment__unit=unit, state=Refund.State.PAID, day__gte=begin, day__lt=day
    )
    total = came.aggregate(n=Sum("amount"))["n"] or 0
    return int(total - (back.aggregate(n=Sum("amount"))["n"] or 0))


def rows(units: Iterable[Unit], first: date, last: date) -> list[Row]:
    """What came and went back in these days, in the order of the book. Two queries."""
    here = list(units)
    came = Payment.objects.filter(unit__in=here, day__range=(first, last)).select_related("order")
    back = Refund.objects.filter(
        payment__unit__in=here, state=Refund.State.PAID, day__range=(first, last)
    ).select_related("payment__order")
    found = [
        Row(
            one.day, one.number, one.order.account, one.order.subject, one.order.number, one.amount,
            one.get_method_display(), initials(one.order.payer), one.order_id,
        )
        for one in came
    ]  # fmt: skip
    for one in back:
        paid, order = one.payment, one.payment.order
        assert one.day is not None
        found.append(
            Row(
                one.day, paid.number, order.account, f"Pengembalian: {order.subject}",
                order.number, -one.amount, Payment.Method(one.method).label,
                initials(order.payer), order.pk,
            )
        )  # fmt: skip
    return sorted(found, key=lambda row: (row.day, row.amount < 0, row.number, row.pk))


def initials(name: str) -> str:
    """``S. R.`` of Siti Rahayu."""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[:1].isalpha())


# What the regional finance system takes in (SIPD Penatausahaan, penerimaan): one line a receipt.
HEADS = (
    "tanggal", "nomor_bukti", "kode_rekening", "uraian", "nomor_skrd", "penyetor", "jumlah",
    "cara_bayar",
)  # fmt: skip


def cells(row: Row) -> list[str | int]:
    return [
        row.day.isoformat(), row.number, row.account, row.words, row.order, row.payer, row.amount,
        row.method,
    ]  # fmt: skip
