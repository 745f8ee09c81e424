"""The report of numbers: every series Balai gives, what lacks in it, and what counts no more."""

import re
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.models import User
from services.applications.models import Application
from services.cases.models import Case, Vouch
from services.dues import kinds, receipts
from services.dues.models import Receipt
from services.letters.models import Letter
from services.payments import booking, orders
from services.payments.models import FeeOrder, Payment, Refund
from services.records import gaps, printing
from services.records.books import Book, Column, Section
from services.records.models import AgendaEntry
from tenants.office.models import Unit
from tenants.office.numbering import numbers
from tests.factories import MONDAY, Cast, approve, official, submitted
from tests.fees import AMOUNT, order_of, ordered, posts, treasurer
from tests.records.conftest import As, at
from tests.records.test_agenda import TOLD, came

pytestmark = pytest.mark.django_db
YEAR = MONDAY.year
ROOT = Path(__file__).resolve().parents[2]


def report(cast: Cast, kind: str) -> gaps.Series:
    """The one series of a kind, as an administrator reads it of the whole city."""
    every = list(Unit.objects.filter(kind__in=["kelurahan", "desa", "kecamatan", "dinas"]))
    (found,) = [one for one in gaps.series(every, YEAR, whole_city=True) if one.kind == kind]
    return found


def boss() -> User:
    return official("bos", Unit.objects.get(kind="kota"), "admin")


# --- which series there are ----------------------------------------------------------------------


def test_every_model_with_yearly_numbers_is_in_the_report() -> None:
    """A new one fails here until it registers in ``tenants.office.numbering``."""
    whole = (models.PositiveIntegerField, models.PositiveSmallIntegerField)
    yearly = set()
    for model in apps.get_models():
        fields = {field.name: field for field in model._meta.get_fields()}
        counted = [fields[name] for name in ("sequence", "number") if name in fields]
        if "year" in fields and any(isinstance(field, whole) for field in counted):
            yearly.add(model)
    reported = {kind.rows(YEAR).model for kind in numbers}
    assert yearly <= reported
    assert reported - yearly == {Case}, "its year and number are one text"


def test_every_counter_is_in_the_report() -> None:
    """Scopes of counters, by the kind of number in the report."""
    given = {
        "berkas": "cases", "vouch": "vouches", "order": "orders", "receipt": "receipts",
    }  # fmt: skip
    in_letters = {"letters", "incoming", "shared"}  # ``letters.numbering`` names their scopes
    asked: set[str] = set()
    for folder in ("services", "tenants"):
        for path in (ROOT / folder).rglob("*.py"):
            asked |= set(re.findall(r'next_number\(f?"([a-z]+):', path.read_text()))
    assert asked == set(given)
    assert {*given.values(), *in_letters, "dues"} == set(numbers.names())


# --- holes made on purpose -----------------------------------------------------------------------


def test_a_case_that_vanished_is_missed(cast: Cast) -> None:
    first, second = submitted(cast), submitted(cast)
    assert (report(cast, "cases").count, report(cast, "cases").missing) == (2, [])
    begin = str(first.number)[:-6]
    Case.objects.filter(pk=second.pk).update(number=f"{begin}{int(str(first.number)[-6:]) + 4:06d}")
    one = report(cast, "cases")
    assert one.lacks == 3 and one.place == gaps.CITY and one.name == "Nomor berkas"


def test_letters_of_vouches_are_no_series_of_their_own(cast: Cast) -> None:
    case = submitted(cast)
    approve(case, cast.hasan, cast.rina, cast.lurah)
    letter = Letter.objects.filter(issued_from__application=case).get()
    Letter.objects.filter(pk=letter.pk).update(register=Letter.OF_VOUCHES, sequence=7)
    kinds_found = {one.kind for one in gaps.series([cast.village], YEAR)}
    assert kinds_found == {"vouches"}


def test_a_vouch_taken_back_keeps_its_number_and_one_that_lacks_is_missed(cast: Cast) -> None:
    for _ in range(3):
        approve(submitted(cast), cast.hasan)
    first, second, third = Vouch.objects.order_by("sequence")
    Vouch.objects.filter(pk=first.pk).update(voided_at=MONDAY)
    one = report(cast, "vouches")
    assert (one.first, one.last, one.missing) == (1, 3, [])
    assert one.void == [(first.number, "ditarik kembali")]
    above = third.unit.parent
    assert above is not None
    assert one.place == f"{third.unit.name} {above.name}, {cast.village.name}"
    Vouch.objects.filter(pk=second.pk).delete()
    assert report(cast, "vouches").missing_words == "2"


def asked_again(cast: Cast) -> FeeOrder:
    """Of another request for the service that costs something by now."""
    case = submitted(cast)
    approve(case, cast.hasan, cast.rina)
    return order_of(case)


def test_orders_and_receipts_of_fees(cast: Cast) -> None:
    who = treasurer(cast.village, cast.lurah)
    told = {"posts": posts(who), "by": who, "at": MONDAY}
    _, paid = ordered(cast)
    void, late = asked_again(cast), asked_again(cast)
    orders.void(order_id=void.pk, reason="Salah hitung", by=who, at=MONDAY)
    for order in (paid, late):
        booking.take_cash(order_id=order.pk, amount=AMOUNT, **told)
    one = report(cast, "orders")
    assert (one.first, one.last, one.missing) == (1, 3, [])
    assert one.void == [(void.number, "dibatalkan: Salah hitung")]
    first, second = Payment.objects.order_by("sequence")
    Refund.objects.create(
        payment=first, amount=AMOUNT, reason="Dibayar dua kali", state=Refund.State.PAID,
        asked_by=who, asked_at=MONDAY, decided_by=cast.lurah, decided_at=MONDAY, method="cash",
        paid_by=who, paid_at=MONDAY, day=MONDAY.date(),
    )  # fmt: skip
    Payment.objects.filter(pk=second.pk).update(sequence=4)
    FeeOrder.objects.filter(pk=late.pk).update(sequence=9)
    assert report(cast, "orders").missing_words == "3–8"
    one = report(cast, "receipts")
    assert (one.missing_words, one.place) == ("2–3", cast.village.name)
    assert one.void == [(first.number, "dikembalikan: Dibayar dua kali")]


def test_receipts_of_dues_are_numbers_alone(cast: Cast) -> None:
    unit = cast.sari_person.household.rt
    told = {"posts": posts(cast.hasan), "by": cast.hasan, "at": MONDAY, "today": MONDAY.date()}
    facts = kinds.Facts(
        name="Iuran sampah", amount=25_000, per="household", every="month",
        since=MONDAY.date().replace(month=1, day=1),
    )  # fmt: skip
    of = kinds.add(unit_id=unit.pk, facts=facts, **told)
    home = cast.sari_person.household_id
    made = [
        receipts.pay(kind_id=of.pk, household_id=home, amount=25_000, paid_on=MONDAY.date(), **told)
        for _ in range(3)
    ]
    receipts.void(receipt_id=made[0].pk, reason="Ternyata milik Bu Siti", **told)
    Receipt.objects.filter(pk=made[2].pk).update(number=5)
    one = report(cast, "dues")
    assert one.missing_words == "3–4"
    assert one.void == [(made[0].code, "dibatalkan, alasannya di buku kas")]
    assert "Siti" not in one.void_words


def test_a_letter_in_the_agenda_that_vanished_is_missed(cast: Cast) -> None:
    entries = [came(cast, cast.rina, replace(TOLD, number=str(number))) for number in range(3)]
    AgendaEntry.objects.filter(pk=entries[2].pk).update(sequence=5)
    one = report(cast, "incoming")
    assert (one.name, one.missing_words) == ("Agenda surat masuk", "3–4")


# --- who reads what ------------------------------------------------------------------------------


def test_an_office_reads_its_own_and_its_neighbourhoods(cast: Cast) -> None:
    approve(submitted(cast), cast.hasan)
    assert {one.kind for one in gaps.series([cast.village], YEAR)} == {"vouches"}
    assert gaps.series([cast.dinas], YEAR) == []
    other = Unit.objects.get(pk=cast.lurah_lain.holdings.get().post.unit_id)
    assert gaps.series([other], YEAR) == []
    kinds = {"letters", "incoming", "shared", "receipts"}
    assert set(gaps.kinds_of([cast.dinas], whole_city=False)) == kinds
    assert set(gaps.kinds_of([other], whole_city=True)) == set(numbers.names())


def test_the_page_and_its_files_have_a_part_for_each_kind(cast: Cast, as_: As) -> None:
    approve(submitted(cast), cast.hasan)
    admin, rina = as_(boss()), as_(cast.rina)
    name = str(cast.sari_person.household.rt.name)
    page = admin.get(at("desk-book-numbers"), {"unit": 0, "year": YEAR}).content.decode()
    assert "Nomor berkas" in page and "Keterangan RT, RW, dan dusun" in page and name in page
    part = {"unit": cast.village.pk, "year": YEAR}
    page = rina.get(at("desk-book-numbers"), part).content.decode()
    assert "Nomor berkas" not in page and name in page
    take = at("desk-book-take", "nomor")
    pdf = admin.post(take, {"unit": 0, "year": YEAR, "format": "pdf"})
    printed = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages)
    xlsx = admin.post(take, {"unit": 0, "year": YEAR, "format": "xlsx"})
    sheets = load_workbook(BytesIO(xlsx.content)).sheetnames
    for kind in numbers:
        assert kind.label in " ".join(printed.split())
        assert any(sheet.endswith(kind.label[:20]) or kind.label[:20] in sheet for sheet in sheets)


def test_many_series_take_no_more_queries(cast: Cast, as_: As) -> None:
    admin = as_(boss())

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert admin.get(at("desk-book-numbers"), {"unit": 0, "year": YEAR}).status_code == 200
        return len(seen)

    approve(submitted(cast), cast.hasan)
    Vouch.objects.update(sequence=9)
    approve(submitted(cast), cast.hasan)
    Vouch.objects.filter(sequence=1).update(unit=cast.bahar.holdings.get().post.unit)
    asked()
    few = asked()
    for number in range(2, 6):
        approve(submitted(cast), cast.hasan)
        Vouch.objects.filter(sequence=number - 1).update(sequence=number * 20)
    assert asked() <= few + 1, "the query for what lies between two numbers"


def test_volumes_hold_every_part_of_a_book(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "A_VOLUME", 2)
    columns = [Column("Kata")]
    parts = [Section(columns, lambda: iter([["satu"], ["dua"], ["tiga"]]), "Pertama"),
             Section(columns, lambda: iter([["empat"]]), "Kedua")]  # fmt: skip
    book = Book("Uji", "Tahun 2026", None, parts, 4)
    moment: datetime = MONDAY
    assert printing.volumes(book, tmp_path / "x.zip", day=MONDAY.date(), at=moment) == 4
    with ZipFile(tmp_path / "x.zip") as made:
        texts = [
            " ".join(page.extract_text() for page in PdfReader(BytesIO(made.read(name))).pages)
            for name in made.namelist()
        ]
    assert len(texts) == 2
    assert "Pertama" in texts[0] and "Kedua" not in texts[0]
    assert "tiga" in texts[1] and "Kedua" in texts[1] and "empat" in texts[1]


def test_numbers_of_another_year_are_not_in_it(cast: Cast) -> None:
    case: Application = submitted(cast)
    approve(case, cast.hasan)
    assert gaps.series([cast.village], YEAR - 1, whole_city=True) == []
