"""Two who change the books of numbers at the same moment."""

from threading import Thread

import pytest
from django.db import connection, transaction

from kernel.errors import RuleBroken, Stale
from services.letters import number_rules
from services.letters.formats import Book
from services.letters.models import Counter, Letter, NumberFormat
from tenants.backend.scope import in_city
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, make_cast, submitted

pytestmark = pytest.mark.usefixtures("committed")
ONE_BOOK = "{urut:3}/{unit}/{tahun}"


def keep(cast: Cast, book: Book, **more: object) -> None:
    number_rules.keep(
        number_rules.Told(pattern=ONE_BOOK, book=book, secrecy="B", since=MONDAY.date(), **more),  # type: ignore[arg-type]
        by=cast.lurah, today=MONDAY.date(), at=MONDAY,
    )  # fmt: skip


def test_changes_of_patterns_wait_for_each_other(bontang: City) -> None:
    """Two that together would be counted by two books: the second sees the first."""
    with in_city(bontang):
        cast = make_cast()
    refused = list[str]()

    def second() -> None:
        with in_city(bontang):
            try:
                keep(cast, Book.AGENDA, unit=cast.village)
            except RuleBroken as broken:
                refused.append(broken.message)
            connection.close()

    with in_city(bontang):
        with transaction.atomic():
            keep(cast, Book.OUTGOING)
            other = Thread(target=second)
            other.start()
            other.join(1)
            assert other.is_alive()
        other.join(10)
        assert len(refused) == 1 and NumberFormat.objects.count() == 1


def test_a_paper_book_waits_for_a_first_letter_that_is_approved_now(bontang: City) -> None:
    with in_city(bontang):
        cast = make_cast()
        case = submitted(cast)
        approve(case, cast.hasan, cast.rina)
    refused = list[str]()

    def begin(unit: object, register: str) -> None:
        with in_city(bontang):
            try:
                number_rules.begin_at(
                    unit=unit,
                    register=register,
                    year=2026,
                    last=900,
                    by=cast.lurah,  # type: ignore[arg-type]
                )
            except Stale as stale:
                refused.append(stale.message)
            connection.close()

    with in_city(bontang):
        with transaction.atomic():
            approve(case, cast.lurah)
            letter = Letter.objects.get()
            other = Thread(target=begin, args=(letter.unit, letter.register))
            other.start()
            other.join(1)
            assert other.is_alive()
        other.join(10)
        counter = Counter.objects.get(scope__contains=f":{letter.register}:")
        assert len(refused) == 1 and counter.value == 1
