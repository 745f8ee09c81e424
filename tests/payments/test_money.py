"""Money that comes and goes back: each once, by whom it may, with a number that has no gap."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from kernel.errors import NotThere, RuleBroken, Stale
from services.cases import documents
from services.payments import booking, day_book, orders, refunds, rules
from services.payments.models import FeeOrder, Payment, Refund, TransferProof
from services.payments.numbers import next_number
from services.payments.rules import OrderLine
from tests.factories import MONDAY, Cast, approve, photo, submitted
from tests.fees import AMOUNT, order_of, ordered, posts, treasurer
from tests.told import tell_subscribers

TODAY = MONDAY.date()


# --- sums ---------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**9), max_size=20))
def test_an_order_is_the_sum_of_its_lines(amounts: list[int]) -> None:
    lines = [OrderLine("Baris", "", amount, amount) for amount in amounts]
    assert rules.total(lines) == sum(amounts)


def test_a_sum_beyond_reason_or_below_nothing_is_refused() -> None:
    with pytest.raises(RuleBroken, match="Periksa lagi angka"):
        rules.total([OrderLine("Baris", "", 1, rules.LARGEST + 1)])
    with pytest.raises(RuleBroken, match="di bawah nol"):
        rules.total([OrderLine("Baris", "", 5, 5), OrderLine("Potongan", "", -5, -5)])


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**9), max_size=5))
def test_what_is_left_never_goes_below_nothing(paid: int, back: list[int]) -> None:
    left = rules.left_to_refund(paid, back)
    assert 0 <= left <= paid
    assert rules.state_after(paid, sum(back)) in {"open", "paid", "part", "refunded"}
    if paid and left == 0 and back:
        assert rules.state_after(paid, sum(back)) == "refunded"


@pytest.mark.parametrize(
    ("typed", "words"), [(20_000, "kurang Rp5.000"), (30_000, "lebih Rp5.000")]
)
def test_another_amount_is_refused_in_clear_words(typed: int, words: str) -> None:
    with pytest.raises(RuleBroken, match=words) as broken:
        rules.require_whole(typed, 25_000)
    assert broken.value.field == "amount" and "Rp25.000" in broken.value.message


# --- cash ---------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def cash(cast: Cast, order: FeeOrder, who: Any, amount: int = AMOUNT) -> Payment:
    return booking.take_cash(order_id=order.pk, amount=amount, posts=posts(who), by=who, at=MONDAY)


def test_cash_is_taken_once_with_a_receipt(cast: Cast) -> None:
    _, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    made = cash(cast, order, who)
    assert made.number.startswith("000001/KW/") and made.number.endswith("/2026")
    assert (made.amount, made.received_by, made.day) == (AMOUNT, who, TODAY)
    with pytest.raises(Stale, match="sudah dibayar"):
        cash(cast, order, who)
    assert Payment.objects.count() == 1
    assert Entry.objects.filter(what="fee.paid", actor_id=who.pk).count() == 1


def test_another_amount_books_nothing_and_uses_no_number(cast: Cast) -> None:
    _, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    with pytest.raises(RuleBroken, match="kurang Rp24"):
        cash(cast, order, who, 25)
    assert cash(cast, order, who).sequence == 1


def test_only_who_takes_fees_there_takes_money(cast: Cast) -> None:
    _, order = ordered(cast)
    other = treasurer(cast.dinas, cast.lurah, "bendahara-dinas")
    for somebody in (other, cast.lurah, cast.rina, cast.hasan, cast.sari, cast.lurah_lain):
        with pytest.raises(NotThere):
            cash(cast, order, somebody)


def test_numbers_have_no_gap_after_a_rollback(cast: Cast) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        assert next_number("order:2026") == 1
        raise RuntimeError
    with transaction.atomic():
        assert [next_number("order:2026") for _ in range(3)] == [1, 2, 3]
    _, order = ordered(cast)
    assert order.sequence == 4


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 0}, {"state": "void"}, {"kept_reason": "Karena"},
    ],
)  # fmt: skip
def test_the_database_keeps_orders_whole(cast: Cast, change: dict[str, Any]) -> None:
    _, order = ordered(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeOrder.objects.filter(pk=order.pk).update(**change)


def test_the_database_books_a_payment_of_a_provider_once(cast: Cast) -> None:
    _, order = ordered(cast)
    with transaction.atomic():
        booking.book(orders.locked(order.pk), method=Payment.Method.PROVIDER, amount=AMOUNT,
                     paid_at=MONDAY, at=MONDAY, provider="midtrans", reference="trx-1")  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        booking.book(orders.locked(order.pk), method=Payment.Method.PROVIDER, amount=AMOUNT,
                     paid_at=MONDAY, at=MONDAY, provider="midtrans", reference="trx-1")  # fmt: skip


def test_money_that_came_twice_is_booked_twice_and_asked_about(cast: Cast) -> None:
    _, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    cash(cast, order, who)
    with transaction.atomic():
        booking.book(orders.locked(order.pk), method=Payment.Method.PROVIDER, amount=AMOUNT,
                     paid_at=MONDAY, at=MONDAY, provider="midtrans", reference="trx-1")  # fmt: skip
    order.refresh_from_db()
    assert order.state == "paid" and order.open_question_at is not None
    assert order.payments.count() == 2


# --- transfers ----------------------------------------------------------------------------------


def proof(cast: Cast, order: FeeOrder, **changes: Any) -> TransferProof:
    given_ = {"paid_on": TODAY, "by": cast.sari, "at": MONDAY, "today": TODAY} | changes
    return booking.send_proof(order_id=order.pk, file=documents.accept(photo()), **given_)


def test_a_transfer_is_booked_once_a_treasurer_has_found_it(cast: Cast) -> None:
    _, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    shown = proof(cast, order)
    with pytest.raises(Stale, match="sedang diperiksa"):
        proof(cast, order)
    order.refresh_from_db()
    assert order.is_open, "showing a picture pays nothing"
    made = booking.accept_proof(
        proof_id=shown.pk, amount=AMOUNT, posts=posts(who), by=who, at=MONDAY
    )
    assert (made.method, made.proof) == ("transfer", shown)
    with pytest.raises(Stale, match="sudah diperiksa"):
        booking.refuse_proof(proof_id=shown.pk, reason="Tidak ada.", posts=posts(who), by=who,
                             at=MONDAY)  # fmt: skip


def test_a_refused_proof_says_why_and_another_may_follow(cast: Cast) -> None:
    _, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    shown = proof(cast, order)
    with pytest.raises(RuleBroken, match="alasannya"):
        booking.refuse_proof(proof_id=shown.pk, reason=" ", posts=posts(who), by=who, at=MONDAY)
    booking.refuse_proof(proof_id=shown.pk, reason="Transfernya tidak ada di rekening.",
                         posts=posts(who), by=who, at=MONDAY)  # fmt: skip
    again = proof(cast, order)
    assert booking.same_file(again) == []
    cash(cast, order, who)
    with pytest.raises(Stale, match="sudah dibayar tunai"):
        booking.accept_proof(proof_id=again.pk, amount=AMOUNT, posts=posts(who), by=who, at=MONDAY)


def test_a_picture_handed_in_for_two_orders_is_found(cast: Cast) -> None:
    _, order = ordered(cast)
    proof(cast, order)
    other = submitted(cast)
    approve(other, cast.hasan, cast.rina)
    second = proof(cast, order_of(other))
    assert [one.order for one in booking.same_file(second)] == [order]


@pytest.mark.parametrize("days", [-400, 1])
def test_a_day_that_cannot_be_is_refused(cast: Cast, days: int) -> None:
    _, order = ordered(cast)
    with pytest.raises(RuleBroken, match="Tanggal transfer"):
        proof(cast, order, paid_on=TODAY + timedelta(days=days))


# --- refunds ------------------------------------------------------------------------------------


def test_money_goes_back_by_two_people(cast: Cast) -> None:
    _, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    payment = cash(cast, order, who)
    asked = refunds.ask(payment_id=payment.pk, amount=10_000, reason="Kelebihan bayar.",
                        posts=posts(who), by=who, at=MONDAY)  # fmt: skip
    with pytest.raises(RuleBroken, match="orang kedua"):
        refunds.approve(refund_id=asked.pk, posts=posts(who), by=who, at=MONDAY)
    for stranger in (cast.rina, cast.camat, cast.lurah_lain, cast.sari):
        with pytest.raises(NotThere):
            refunds.approve(refund_id=asked.pk, posts=posts(stranger), by=stranger, at=MONDAY)
    with pytest.raises(Stale, match="belum disetujui"):
        refunds.pay_out(refund_id=asked.pk, method="cash", reference="", posts=posts(who), by=who,
                        at=MONDAY)  # fmt: skip
    refunds.approve(refund_id=asked.pk, posts=posts(cast.lurah), by=cast.lurah, at=MONDAY)
    with pytest.raises(RuleBroken, match="nomor bukti"):
        refunds.pay_out(refund_id=asked.pk, method="transfer", reference=" ", posts=posts(who),
                        by=who, at=MONDAY)  # fmt: skip
    refunds.pay_out(refund_id=asked.pk, method="transfer", reference="TRF-9", posts=posts(who),
                    by=who, at=MONDAY)  # fmt: skip
    order.refresh_from_db()
    assert order.state == "part" and refunds.left(payment) == 15_000
    with pytest.raises(Stale):
        refunds.pay_out(refund_id=asked.pk, method="cash", reference="", posts=posts(who), by=who,
                        at=MONDAY)  # fmt: skip
    tell_subscribers()


def test_no_more_goes_back_than_came(cast: Cast) -> None:
    _, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    payment = cash(cast, order, who)

    def ask(amount: int) -> Refund:
        return refunds.ask(payment_id=payment.pk, amount=amount, reason="Salah bayar.",
                           posts=posts(who), by=who, at=MONDAY)  # fmt: skip

    first = ask(20_000)
    with pytest.raises(RuleBroken, match=r"Rp5\.000"):
        ask(5_001)
    ask(5_000)
    with pytest.raises(RuleBroken, match="seluruhnya"):
        ask(1)
    refunds.refuse(refund_id=first.pk, reason="Tidak ada dasarnya.", posts=posts(cast.lurah),
                   by=cast.lurah, at=MONDAY)  # fmt: skip
    assert refunds.left(payment) == 20_000


def test_the_database_wants_two_people(cast: Cast) -> None:
    _, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    payment = cash(cast, order, who)
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.create(
            payment=payment, amount=1, reason="Sendiri.", state="approved", asked_by=who,
            asked_at=MONDAY, decided_by=who, decided_at=MONDAY,
        )  # fmt: skip


# --- the day book -------------------------------------------------------------------------------


def test_the_day_book_goes_on_from_day_to_day(cast: Cast) -> None:
    _, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    payment = cash(cast, order, who)
    asked = refunds.ask(payment_id=payment.pk, amount=10_000, reason="Kelebihan bayar.",
                        posts=posts(who), by=who, at=MONDAY)  # fmt: skip
    refunds.approve(refund_id=asked.pk, posts=posts(cast.lurah), by=cast.lurah, at=MONDAY)
    tuesday = MONDAY + timedelta(days=1)
    refunds.pay_out(refund_id=asked.pk, method="cash", reference="K-1", posts=posts(who), by=who,
                    at=tuesday)  # fmt: skip
    first = day_book.day_of(cast.village, TODAY)
    second = day_book.day_of(cast.village, tuesday.date())
    assert (first.opening, first.received, first.closing) == (0, AMOUNT, AMOUNT)
    assert (second.opening, second.given_back, second.closing) == (AMOUNT, 10_000, 15_000)
    assert day_book.day_of(cast.dinas, TODAY).rows == []
    [row] = [day_book.cells(row) for row in first.rows]
    assert dict(zip(day_book.HEADS, row, strict=True)) | {"penyetor": ""} == {
        "tanggal": "2026-11-23", "nomor_bukti": payment.number,
        "kode_rekening": "4.1.02.03.01.0001", "uraian": order.subject,
        "nomor_skrd": order.number, "penyetor": "", "jumlah": AMOUNT, "cara_bayar": "Tunai",
    }  # fmt: skip
    assert cast.sari_person.name not in str(row)


def test_what_is_kept_is_said_and_asked_no_more(cast: Cast) -> None:
    _, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    cash(cast, order, who)
    orders.end(order_id=order.pk, reason="Permohonannya ditolak.", at=MONDAY)
    refunds.keep(order_id=order.pk, reason="Pasal 12: tidak dikembalikan.", posts=posts(who),
                 by=who, at=MONDAY)  # fmt: skip
    orders.end(order_id=order.pk, reason="Permohonannya ditolak.", at=MONDAY)
    order.refresh_from_db()
    assert (order.open_question_at, order.kept_by) == (None, who)
