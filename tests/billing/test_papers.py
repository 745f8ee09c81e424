"""Receipt, quotation, contract: every amount and name stands on them, and typed text stays text."""

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from django.conf import LazySettings

from billing import papers, plans
from billing.models import Account, Invoice
from tenants.registry.models import City

AT = datetime(2026, 11, 21, 16, 30, 12, 345, tzinfo=UTC)  # the 22nd in Bontang
HOSTILE = "Dinas #panic(1) *Kominfo* \\ ; $x$ <b>"


@pytest.fixture
def city() -> City:
    city = City(code="64.74", name="Kota Bontang", timezone="Asia/Makassar")
    city.__dict__["_host"] = "bontang.balai.id"
    assert city.tz == ZoneInfo("Asia/Makassar")
    return city


def account(**changes: str) -> Account:
    known = {
        "city_code": "64.74", "city_name": "Kota Bontang", "name": "Dinas Kominfo",
        "official_name": "Rina Wulandari, S.Kom.", "official_post": "Pejabat Pembuat Komitmen",
        "address": "Jalan Awang Long 1", "npwp": "0012345678901000",
        "purchase_reference": "SP/027/XI/2026", "email": "keuangan@bontang.go.id",
    }  # fmt: skip
    return Account(**(known | changes))


def invoice(**changes: object) -> Invoice:
    line = {
        "text": "1 × Balai Madya (at IDR 9,800,000.00 / month)", "rupiah": 9_800_000,
        "from": AT.isoformat(), "until": (AT + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    known: dict[str, object] = {
        "number": "BALAI-0001", "status": "paid", "subtotal": 9_800_000, "tax": 1_078_000,
        "total": 10_878_000, "paid": 10_878_000, "paid_at": AT, "issued_at": AT,
        "collection_method": "send_invoice", "lines": [line],
    }  # fmt: skip
    return Invoice(**(known | changes))


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()


def test_a_receipt_says_who_paid_what_for_what(city: City) -> None:
    pdf = papers.receipt(account(), invoice(), city)
    text = text_of(pdf)
    for words in (
        "KW-BALAI-0001", "Dinas Kominfo", "0012 3456 7890 1000", "SP/027/XI/2026",
        "Sepuluh juta delapan ratus tujuh puluh delapan ribu rupiah", "Rp9.800.000",
        "PPN 11% Rp1.078.000", "Diterima Rp10.878.000", "Langganan Balai paket Madya",
        "22 November 2026", "bukan faktur pajak",
    ):  # fmt: skip
        assert words in text
    assert "sudah dikembalikan" not in text
    assert pdf == papers.receipt(account(), invoice(), city)


def test_a_receipt_tells_of_credit_and_refunds(city: City) -> None:
    text = text_of(papers.receipt(account(), invoice(paid=10_000_000, refunded=878_000), city))
    assert "Dipotong dari saldo -Rp878.000" in text
    assert "Sepuluh juta rupiah" in text
    assert "Rp878.000 sudah dikembalikan" in text


@pytest.mark.parametrize(("status", "paid"), [("open", 0), ("paid", 0), ("void", 5)])
def test_no_receipt_without_money(status: str, paid: int) -> None:
    assert not papers.has_receipt(invoice(status=status, paid=paid))


@pytest.mark.parametrize("make", [papers.quotation, papers.contract])
@pytest.mark.parametrize("plan", plans.plans(), ids=lambda plan: plan.code)
def test_procurement_papers_carry_the_price(city: City, make, plan: plans.Plan) -> None:  # type: ignore[no-untyped-def]
    for interval in plans.INTERVALS:
        text = text_of(make(account(), city, plan, interval, AT))
        price = plan.price(interval)
        for words in (
            f"{price:,}".replace(",", "."), f"{plan.price_with_tax(interval):,}".replace(",", "."),
            "Rina Wulandari, S.Kom.", "PPN 12% × 11/12", "Terbilang",
            papers.PERIODS[interval],
        ):  # fmt: skip
            assert words in text


def test_what_is_unknown_is_a_dotted_line(city: City, settings: LazySettings) -> None:
    settings.SELLER = settings.SELLER | {"name": "PT Balai Nusantara", "bank": "Bank X 1-2-3"}
    bare = account(npwp="", official_name="", official_post="", address="", purchase_reference="")
    text = text_of(papers.contract(bare, city, plans.plans()[0], "year", AT))
    assert "………" in text or "....." in text
    assert "PT Balai Nusantara" in text
    assert "Bank X 1-2-3" in text


def test_typed_text_is_never_markup(city: City) -> None:
    strange = account(name=HOSTILE, official_name=HOSTILE, purchase_reference=HOSTILE)
    madya = plans.plan("madya")
    for pdf in (
        papers.receipt(strange, invoice(), city),
        papers.quotation(strange, city, madya, "year", AT),
        papers.contract(strange, city, madya, "year", AT),
    ):
        assert "#panic(1) *Kominfo*" in text_of(pdf)


@pytest.mark.parametrize("name", ["Dinas Kominfo", "Dinas Komunikasi dan Informatika " * 4])
def test_nobody_signs_a_page_of_signatures_alone(city: City, name: str) -> None:
    pdf = papers.contract(account(name=name.strip()), city, plans.plans()[0], "year", AT)
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    last = document[len(document) - 1].get_textpage().get_text_range()
    document.close()
    assert "Pasal 10" in last
    assert "meterai" in last
