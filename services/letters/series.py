"""The numbers of letters in the report of missing numbers."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from services.letters.formats import Book
from services.letters.models import Letter
from tenants.office.numbering import Numbers, VoidRow, numbers


def of_year(year: int) -> QuerySet[Letter]:
    """Letters that a vouch numbered are counted in the book of vouches, those of a book for both
    directions with incoming letters."""
    elsewhere = (Letter.OF_VOUCHES, Book.AGENDA)
    return Letter.objects.filter(year=year).exclude(register__in=elsewhere)


def revoked(rows: QuerySet[Any]) -> Iterable[VoidRow]:
    found = rows.filter(state=Letter.State.REVOKED).order_by("sequence")
    for unit, register, number, reason in found.values_list(
        "unit", "register", "number", "revoked_for"
    ):
        yield unit, register, number, f"dicabut: {reason}"


numbers.add(
    "letters", Numbers("Surat keluar", "office", of_year, revoked, series="register"), order=10
)
