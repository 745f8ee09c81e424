"""The numbers of receipts of dues in the report of missing numbers: numbers alone. Amounts, payers
and reasons stay in the cash book."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from services.dues.models import Receipt
from tenants.office.numbering import Numbers, VoidRow, numbers


def receipts(year: int) -> QuerySet[Receipt]:
    return Receipt.objects.filter(year=year)


def voided(rows: QuerySet[Any]) -> Iterable[VoidRow]:
    for receipt in rows.filter(voided_at__isnull=False).order_by("number"):
        yield receipt.unit_id, "", receipt.code, "dibatalkan, alasannya di buku kas"


numbers.add(
    "dues", Numbers("Kuitansi iuran", "area", receipts, voided, sequence="number"), order=70
)
