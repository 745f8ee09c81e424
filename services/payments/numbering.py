"""The numbers of orders and receipts in the report of missing numbers."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from services.payments.models import FeeOrder, Payment, Refund
from tenants.office.numbering import Numbers, VoidRow, numbers


def orders(year: int) -> QuerySet[FeeOrder]:
    return FeeOrder.objects.filter(year=year)


def voided(rows: QuerySet[Any]) -> Iterable[VoidRow]:
    found = rows.filter(state=FeeOrder.State.VOID).order_by("sequence")
    for number, reason in found.values_list("number", "void_reason"):
        yield 0, "", number, f"dibatalkan: {reason}"


def receipts(year: int) -> QuerySet[Payment]:
    return Payment.objects.filter(year=year)


def given_back(rows: QuerySet[Any]) -> Iterable[VoidRow]:
    found = rows.filter(refunds__state=Refund.State.PAID).order_by("sequence", "refunds__pk")
    for unit, number, reason in found.values_list("unit", "number", "refunds__reason"):
        yield unit, "", number, f"dikembalikan: {reason}"


numbers.add("orders", Numbers("Ketetapan retribusi", "city", orders, voided), order=40)
numbers.add("receipts", Numbers("Kuitansi retribusi", "office", receipts, given_back), order=50)
