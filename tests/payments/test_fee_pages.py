"""Pages of a fee: its payer's and the treasurer's, and nobody else's."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from accounts.models import User
from audit.models import Entry
from services.payments.models import FeeOrder, Payment, TransferProof
from services.web.access import today
from tenants.backend.scope import in_city
from tenants.registry.models import City
from tests.factories import Cast, make_cast, photo
from tests.fees import AMOUNT, ordered, treasurer
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def receipt(content: bytes) -> str:
    return " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())


def test_the_payer_sees_what_is_paid_for_and_by_which_law(cast: Cast, as_: As) -> None:
    sent, order = ordered(cast)
    sari = as_(cast.sari)
    case = text(sari.get(f"/permohonan/{sent.pk}/"))
    assert "Rp25.000" in case and f"/retribusi/{order.pk}/" in case and "Gratis." not in case
    page = text(sari.get(f"/retribusi/{order.pk}/"))
    for words in ("Pelayanan", "3 orang", "Rp15.000", "Perda Nomor 2 Tahun 2024", order.number):
        assert words in page


def test_a_treasurer_takes_25_000_typed_as_people_type_it(cast: Cast, as_: As) -> None:
    _, order = ordered(cast)
    who = as_(treasurer(cast.village, cast.lurah))
    listed = text(who.get("/meja/retribusi/"))
    assert order.number in listed and cast.sari_person.name not in listed
    page = f"/meja/retribusi/{order.pk}/"
    assert cast.sari_person.name.title() in text(who.get(page)).title()
    assert Entry.objects.filter(what__contains="read", detail__purpose="retribusi").exists()
    wrong = who.post(page, {"act": "cash", "pk": order.pk, "amount": "25"})
    assert wrong.status_code == 422 and "kurang Rp24.975" in text(wrong)
    assert 'value="25"' in wrong.content.decode(), "what was typed is still there"
    unclear = who.post(page, {"act": "cash", "pk": order.pk, "amount": "25,000"})
    assert unclear.status_code == 422 and "dua hal" in text(unclear)
    assert who.post(page, {"act": "cash", "pk": order.pk, "amount": "25.000"}).status_code == 302
    assert Payment.objects.get().amount == AMOUNT
    again = who.post(page, {"act": "cash", "pk": order.pk, "amount": "25.000"})
    assert again.status_code == 409 and Payment.objects.count() == 1


def test_a_transfer_goes_from_the_payer_to_the_receipt(cast: Cast, as_: As) -> None:
    _, order = ordered(cast)
    sari, who = as_(cast.sari), as_(treasurer(cast.village, cast.lurah))
    page = f"/retribusi/{order.pk}/"
    broken = sari.post(
        page, {"paid_on": "23-11-2026", "file": SimpleUploadedFile("a.jpg", b"no picture")}
    )
    assert broken.status_code == 422 and "bukan PDF atau foto" in text(broken)
    assert "23-11-2026" in broken.content.decode()
    given = {"paid_on": f"{today():%d-%m-%Y}", "file": SimpleUploadedFile("a.jpg", photo())}
    assert sari.post(page, given).status_code == 302
    assert "sedang diperiksa" in text(sari.get(page))
    shown = TransferProof.objects.get()
    assert who.get(f"/meja/retribusi/bukti/{shown.pk}/")["Content-Type"] == "image/jpeg"
    act = {"act": "accept", "pk": shown.pk, "amount": "25.000"}
    assert who.post(f"/meja/retribusi/{order.pk}/", act).status_code == 302
    tell_subscribers()
    payment = Payment.objects.get()
    pdf = sari.get(f"/retribusi/kuitansi/{payment.pk}/")
    found = receipt(pdf.content)
    for words in (payment.number, "dua puluh lima ribu rupiah", "Rp25.000", "Transfer bank",
                  order.number, "4.1.02.03.01.0001"):  # fmt: skip
        assert words in found
    assert pdf.content == who.get(f"/meja/retribusi/kuitansi/{payment.pk}/").content
    checked = text(sari.get(f"/v/{payment.check_code}"))
    assert payment.number in checked and cast.sari_person.name not in checked
    assert "Rp25.000" in checked


def test_a_refused_proof_tells_its_payer_why(cast: Cast, as_: As) -> None:
    _, order = ordered(cast)
    sari, who = as_(cast.sari), as_(treasurer(cast.village, cast.lurah))
    sari.post(f"/retribusi/{order.pk}/", {
        "paid_on": f"{today():%d-%m-%Y}", "file": SimpleUploadedFile("a.jpg", photo())
    })  # fmt: skip
    shown = TransferProof.objects.get()
    page = f"/meja/retribusi/{order.pk}/"
    assert who.post(page, {"act": "refuse", "pk": shown.pk, "reason": " "}).status_code == 422
    said = {"act": "refuse", "pk": shown.pk, "reason": "Tidak ada di rekening koran."}
    assert who.post(page, said).status_code == 302
    assert "Tidak ada di rekening koran." in text(sari.get(f"/retribusi/{order.pk}/"))


def test_money_goes_back_on_the_pages(cast: Cast, as_: As) -> None:
    _, order = ordered(cast)
    who, lurah, sari = (
        as_(treasurer(cast.village, cast.lurah)), as_(cast.lurah), as_(cast.sari),
    )  # fmt: skip
    page = f"/meja/retribusi/{order.pk}/"
    who.post(page, {"act": "cash", "pk": order.pk, "amount": "25.000"})
    payment = Payment.objects.get()
    ask = {"act": "ask", "pk": payment.pk, "amount": "30.000", "reason": "Kelebihan bayar."}
    assert who.post(page, ask).status_code == 422
    assert who.post(page, {**ask, "amount": "25.000"}).status_code == 302
    [refund] = payment.refunds.all()
    assert "Setujui pengembalian" not in text(who.get(page))
    assert "Setujui pengembalian" in text(lurah.get(page))
    assert lurah.post(page, {"act": "approve", "pk": refund.pk}).status_code == 302
    paid = {"act": "payout", "pk": refund.pk, "method": "cash", "reference": "K-1"}
    assert who.post(page, paid).status_code == 302
    tell_subscribers()
    assert FeeOrder.objects.get().state == "refunded"
    assert "Rp25.000 dikembalikan pada" in text(sari.get(f"/retribusi/{order.pk}/"))
    assert "Sudah dikembalikan: Rp25.000" in receipt(
        sari.get(f"/retribusi/kuitansi/{payment.pk}/").content
    )


def test_the_book_is_printed_and_taken_along(cast: Cast, as_: As) -> None:
    _, order = ordered(cast)
    who = as_(treasurer(cast.village, cast.lurah))
    who.post(f"/meja/retribusi/{order.pk}/", {"act": "cash", "pk": order.pk, "amount": "25.000"})
    payment = Payment.objects.get()
    day = f"{payment.day:%d-%m-%Y}"
    assert payment.number in text(who.get("/meja/retribusi/buku/"))
    assert "Rp25.000" in receipt(who.get("/meja/retribusi/buku/cetak/").content)
    period = {"first": day, "last": day}
    rows = who.get("/meja/retribusi/buku/unduh.csv", period).content.decode("utf-8-sig")
    assert rows.splitlines()[0].startswith("tanggal;nomor_bukti;kode_rekening")
    assert f";{AMOUNT};Tunai" in rows and cast.sari_person.name not in rows
    book = openpyxl.load_workbook(
        io.BytesIO(who.get("/meja/retribusi/buku/unduh.xlsx", period).content)
    )
    assert book.active is not None and book.active["G2"].value == AMOUNT
    wrong = who.get("/meja/retribusi/buku/unduh.csv", {"first": day, "last": "01-01-2020"})
    assert wrong.status_code == 422 and "Tukar" in text(wrong)


PAGES = ("/meja/retribusi/", "/meja/retribusi/buku/", "/meja/retribusi/buku/cetak/")


def test_who_takes_no_fees_there_finds_nothing(
    cast: Cast, as_: As, blitar: City, client_for: Callable[[City], Client]
) -> None:
    _, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    as_(who).post(f"/meja/retribusi/{order.pk}/", {
        "act": "cash", "pk": order.pk, "amount": "25.000"
    })  # fmt: skip
    payment = Payment.objects.get()
    own = (f"/meja/retribusi/{order.pk}/", f"/meja/retribusi/kuitansi/{payment.pk}/")
    for somebody in (cast.rina, cast.petugas, cast.loket_kecamatan):
        assert [as_(somebody).get(page).status_code for page in (*PAGES, *own)] == [404] * 5
    neighbour = treasurer(cast.dinas, cast.lurah, "bendahara-dinas")
    for somebody in (neighbour, cast.lurah_lain, cast.camat, cast.kepala):
        assert [as_(somebody).get(page).status_code for page in own] == [404] * 2
        assert order.number not in text(as_(somebody).get("/meja/retribusi/"))
        answer = as_(somebody).post(own[0], {"act": "void", "pk": order.pk, "reason": "Iseng saja"})
        assert answer.status_code == 404
    for somebody in (cast.tetangga, cast.hasan):
        client = as_(somebody)
        assert client.get(f"/retribusi/{order.pk}/").status_code in (404, 422)
        assert client.get(f"/retribusi/kuitansi/{payment.pk}/").status_code in (404, 422)
    with in_city(blitar):
        there = make_cast()
        other = client_for(blitar)
        other.force_login(treasurer(there.village, there.lurah), "accounts.backends.LoginBackend")
        assert other.get(own[0]).status_code == 404
        assert other.get(f"/v/{payment.check_code}").status_code == 404


def test_nobody_takes_money_for_an_order_of_their_own(cast: Cast, as_: As) -> None:
    _, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    User.objects.filter(pk=who.pk).update(name=cast.sari_person.name)
    answer = as_(who).post(
        f"/meja/retribusi/{order.pk}/", {"act": "cash", "pk": order.pk, "amount": "25.000"}
    )
    assert answer.status_code == 422 and "petugas lain" in text(answer)
    assert not Payment.objects.exists()
