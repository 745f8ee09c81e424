"""The numbers of incoming letters in the report of missing numbers."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from services.letters.formats import Book
from services.letters.models import Letter
from services.letters.series import revoked
from services.records import entering
from services.records.models import AgendaEntry
from tenants.office.numbering import Numbers, VoidRow, numbers

LABEL = "Agenda surat masuk"
SHARED = "Surat keluar dalam buku bersama surat masuk"


def noted(year: int) -> QuerySet[AgendaEntry]:
    return AgendaEntry.objects.filter(year=year, direction=AgendaEntry.Direction.IN)


def struck_out(rows: QuerySet[Any]) -> Iterable[VoidRow]:
    found = rows.filter(void_at__isnull=False).order_by("sequence")
    for unit, series, sequence, year, reason in found.values_list(
        "unit", "series", "sequence", "year", "void_reason"
    ):
        yield unit, series, f"{sequence:04d}/{year}", f"dibatalkan: {reason}"


def called(series: str) -> str:
    return LABEL if series == entering.INCOMING else series


def in_shared_book(year: int) -> QuerySet[Letter]:
    """Outgoing letters that are counted together with incoming ones."""
    return Letter.objects.filter(year=year, register=Book.AGENDA)


def _borne(rows: QuerySet[Any]) -> Iterable[tuple[int, int]]:
    return rows.order_by("pk").values_list("unit", "sequence")


numbers.add(
    "incoming",
    Numbers(
        LABEL, "office", noted, struck_out, series="series", called=called,
        elsewhere=lambda year: _borne(in_shared_book(year)),
    ),
    order=20,
)  # fmt: skip
numbers.add(
    "shared",
    Numbers(
        SHARED, "office", in_shared_book, revoked, series="register", called=lambda _: SHARED,
        elsewhere=lambda year: _borne(noted(year)),
    ),
    order=21,
)  # fmt: skip
