"""The numbers of cases and of vouches in the report of missing numbers."""

from collections.abc import Iterable
from typing import Any

from django.db.models import IntegerField, QuerySet
from django.db.models.functions import Cast, Substr

from services.cases.models import Case, Vouch
from services.cases.rules import case_number
from tenants.office.numbering import Numbers, VoidRow, numbers

# ``26-11-000482``: the sequence begins behind year and month.
BEFORE = len(case_number(year=0, month=1, sequence=0)) - len("000000")


def cases(year: int) -> QuerySet[Case]:
    found = Case.objects.filter(number__startswith=f"{year % 100:02d}-")
    return found.annotate(sequence=Cast(Substr("number", BEFORE + 1), IntegerField()))


def vouches(year: int) -> QuerySet[Vouch]:
    return Vouch.objects.filter(year=year)


def taken_back(rows: QuerySet[Any]) -> Iterable[VoidRow]:
    found = rows.filter(voided_at__isnull=False).order_by("sequence")
    for unit, number in found.values_list("unit", "number"):
        yield unit, "", number, "ditarik kembali"


numbers.add("cases", Numbers("Nomor berkas", "city", cases), order=30)
numbers.add(
    "vouches", Numbers("Keterangan RT, RW, dan dusun", "area", vouches, taken_back), order=60
)
