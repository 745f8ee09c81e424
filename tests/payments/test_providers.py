"""Providers: asked once, believed only when asked, whatever goes wrong on the way."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.clock import now
from kernel.errors import RuleBroken, Stale
from messaging import outbox
from messaging.models import Outbox
from services.payments import booking, online, refunds
from services.payments.models import (
    Charge,
    FeeOrder,
    Notification,
    Payment,
    ProviderAccount,
    Refund,
)
from services.payments.providers import Account, NoAnswer, Refused, Seen, State, providers
from services.payments.tasks import unpaid
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import Cast, official, step_of
from tests.fees import AMOUNT, ordered, posts, treasurer
from tests.payments.standin import TOKEN, Standin, running
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
KEYS = {
    "midtrans": {"server_key": "SB-Mid-server-uji"},
    "xendit": {"secret_key": "xnd_uji", "callback_token": TOKEN},
}
WAYS = [("midtrans", "qris"), ("midtrans", "va:bca"), ("xendit", "va:bsi")]


@pytest.fixture(scope="module")
def process() -> Iterator[Standin]:
    with running() as found:
        yield found


@pytest.fixture
def standin(process: Standin, settings: LazySettings) -> Standin:
    settings.PAYMENT_URLS = dict.fromkeys(KEYS, process.base)
    process.posted.clear()
    return process


@pytest.fixture
def order(cast: Cast, standin: Standin) -> FeeOrder:
    """An order that Sari may pay at both providers."""
    for name, keys in KEYS.items():
        online.keep_account(provider=name, is_on=True, environment="sandbox", keys=keys,
                            by=cast.lurah, at=now())  # fmt: skip
    _, made = ordered(cast)
    # Its number is that of other tests too, and the process remembers what it was asked.
    FeeOrder.objects.filter(pk=made.pk).update(sequence=made.pk % 1_000_000_000)
    made.refresh_from_db()
    return made


def begin(cast: Cast, order: FeeOrder, way: tuple[str, str] = WAYS[0]) -> Charge:
    return online.begin(order_id=order.pk, provider=way[0], way=way[1], by=cast.sari, at=now())


def work(*, later: timedelta = timedelta(0)) -> None:
    """Let the workers do what is due, as if so much time had passed."""
    if later:
        Outbox.objects.filter(state__in=Outbox.OPEN).update(due_at=now() - timedelta(seconds=1))
    outbox.run_due()


def fresh(charge: Charge) -> Charge:
    return Charge.objects.get(pk=charge.pk)


def receive(standin: Standin, client: Client, number: int) -> list[int]:
    """Bring what the provider posted to the city; the answers."""
    return [
        client.post(
            f"/bayar/{one.provider}/kabar/", one.body, content_type="application/json",
            headers={k: v for k, v in one.headers.items() if k.lower().startswith("x-")},
        ).status_code
        for one in standin.notified(number)
    ]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_charge_is_asked_for_paid_and_booked_once(
    cast: Cast, order: FeeOrder, standin: Standin, way: tuple[str, str],
    in_bontang: City, client_for: Callable[[City], Client],
) -> None:  # fmt: skip
    charge = begin(cast, order, way)
    assert begin(cast, order, way) == charge, "pressing twice asks once"
    work()
    charge = fresh(charge)
    assert charge.state == "pending" and bool(charge.qr) == (way[1] == "qris")
    assert bool(charge.account) == way[1].startswith("va")
    standin.tell("pay", reference=charge.reference, times=2)
    client = client_for(in_bontang)
    assert receive(standin, client, 2) == [200, 200]
    assert Payment.objects.count() == 0, "what is told is not believed"
    work()
    payment = Payment.objects.get()
    assert (payment.amount, payment.method, payment.received_by) == (AMOUNT, "provider", None)
    assert payment.provider_reference == fresh(charge).provider_id
    assert Notification.objects.count() == 1
    assert receive(standin, client, 2) == [200, 200]
    work()
    assert Payment.objects.count() == 1 and fresh(charge).state == "paid"
    assert step_of(order.asked_at.step.case.application).key == "lurah"


@pytest.mark.parametrize("way", WAYS)
def test_a_forged_notification_changes_nothing(
    cast: Cast, order: FeeOrder, standin: Standin, way: tuple[str, str],
    in_bontang: City, client_for: Callable[[City], Client],
) -> None:  # fmt: skip
    charge = begin(cast, order, way)
    work()
    standin.tell("notify", reference=charge.reference, forged=1)
    assert receive(standin, client_for(in_bontang), 1) == [403]
    assert not Notification.objects.exists()


def test_words_that_are_no_notification_are_refused(
    cast: Cast, order: FeeOrder, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(in_bontang)
    for body in (b"", b"[]", b"{}", b'{"order_id": 1}', b"\xff"):
        for provider in KEYS:
            answer = client.post(f"/bayar/{provider}/kabar/", body, content_type="application/json")
            assert answer.status_code == 403
    assert client.post("/bayar/lain/kabar/", b"{}", content_type="a/b").status_code == 404
    assert client.get("/bayar/midtrans/kabar/").status_code == 405
    large = client.post("/bayar/midtrans/kabar/", b"x" * 70_000, content_type="a/b")
    assert large.status_code == 413


def test_a_true_notification_before_the_answer_books_once(
    cast: Cast, order: FeeOrder, standin: Standin, in_bontang: City,
    client_for: Callable[[City], Client],
) -> None:  # fmt: skip
    """The answer to the charge is lost, somebody pays, and the notification comes first."""
    standin.tell("fault", part="/v2/charge", kind="lost")
    charge = begin(cast, order, ("midtrans", "va:bni"))
    work()
    assert fresh(charge).state == "asked"
    standin.tell("pay", reference=charge.reference)
    assert receive(standin, client_for(in_bontang), 1) == [200]
    work(later=timedelta(hours=1))
    assert Payment.objects.count() == 1 and fresh(charge).state == "paid"
    work(later=timedelta(hours=1))
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("kind", ["lost", "late"])
@pytest.mark.parametrize("way", [("midtrans", "va:bri"), ("xendit", "va:mandiri")])
def test_a_charge_without_an_answer_is_never_made_twice(
    cast: Cast, order: FeeOrder, standin: Standin, way: tuple[str, str], kind: str
) -> None:
    part = "/v2/charge" if way[0] == "midtrans" else "/payment_requests"
    before = standin.calls(f"POST {part}")
    standin.tell("fault", part=part, kind=kind)
    charge = begin(cast, order, way)
    work()
    assert fresh(charge).state == "asked"
    work(later=timedelta(hours=1))
    work(later=timedelta(hours=1))
    assert fresh(charge).state == "pending" and fresh(charge).account
    assert standin.calls(f"POST {part}") == before + 1


def test_a_charge_that_surely_was_not_made_is_asked_for_again(
    cast: Cast, order: FeeOrder, standin: Standin
) -> None:
    standin.tell("fault", part="/v2/charge", kind="error")
    charge = begin(cast, order)
    work()
    work(later=timedelta(hours=1))  # the provider does not know it
    work(later=timedelta(hours=1))
    assert fresh(charge).state == "pending" and fresh(charge).qr


def test_a_code_that_was_lost_with_its_answer_is_cancelled_and_made_anew(
    cast: Cast, order: FeeOrder, standin: Standin
) -> None:
    standin.tell("fault", part="/v2/charge", kind="lost")
    charge = begin(cast, order)
    for _ in range(4):
        work(later=timedelta(hours=1))
    assert fresh(charge).state == "cancelled"
    again = begin(cast, order)
    work()
    assert again.pk != charge.pk and fresh(again).qr
    assert standin.tell("pay", reference=charge.reference)["state"] == "cancelled"


def test_a_provider_that_is_away_is_tried_again(
    cast: Cast, order: FeeOrder, standin: Standin, settings: LazySettings
) -> None:
    settings.PAYMENT_URLS = dict.fromkeys(KEYS, "http://127.0.0.1:9")
    charge = begin(cast, order)
    work()
    assert Outbox.objects.get(key=f"charge:{charge.pk}").state == Outbox.State.DUE
    settings.PAYMENT_URLS = dict.fromkeys(KEYS, standin.base)
    work(later=timedelta(hours=1))
    assert fresh(charge).state == "pending"


def test_a_provider_that_says_no_ends_the_charge(
    cast: Cast, order: FeeOrder, standin: Standin
) -> None:
    FeeOrder.objects.filter(pk=order.pk).update(amount=20_000_000)  # beyond what QRIS takes
    charge = begin(cast, order)
    work()
    assert fresh(charge).state == "failed"
    assert begin(cast, order).pk != charge.pk


def test_a_charge_that_expired_is_asked_about_and_another_made(
    cast: Cast, order: FeeOrder, standin: Standin, in_bontang: City,
    client_for: Callable[[City], Client],
) -> None:  # fmt: skip
    charge = begin(cast, order)
    work()
    standin.tell("expire", reference=charge.reference)
    assert receive(standin, client_for(in_bontang), 1) == [200]
    work()
    assert fresh(charge).state == "expired"
    assert begin(cast, order).pk != charge.pk


def test_what_was_paid_in_cash_is_collected_by_no_provider(
    cast: Cast, order: FeeOrder, standin: Standin
) -> None:
    charge = begin(cast, order)
    work()
    who = treasurer(cast.village, cast.lurah)
    booking.take_cash(order_id=order.pk, amount=AMOUNT, posts=posts(who), by=who, at=now())
    work()
    assert fresh(charge).state == "cancelled"
    assert standin.tell("pay", reference=charge.reference)["state"] == "cancelled"
    with pytest.raises(Stale):
        begin(cast, order)


def test_money_that_came_at_a_provider_as_well_is_booked_and_asked_about(
    cast: Cast, order: FeeOrder, standin: Standin
) -> None:
    charge = begin(cast, order)
    work()
    who = treasurer(cast.village, cast.lurah)
    standin.tell("pay", reference=charge.reference)
    booking.take_cash(order_id=order.pk, amount=AMOUNT, posts=posts(who), by=who, at=now())
    work()
    order.refresh_from_db()
    assert Payment.objects.count() == 2 and order.open_question_at is not None


def test_news_in_another_order_takes_nothing_back(cast: Cast, order: FeeOrder) -> None:
    charge = begin(cast, order)
    paid = Seen(State.PAID, provider_id="trx", amount=AMOUNT, paid_at=now())
    for seen in (paid, Seen(State.PENDING, qr="x"), Seen(State.EXPIRED), paid):
        online.see(charge.pk, seen, now())
    assert fresh(charge).state == "paid" and Payment.objects.count() == 1


def test_a_charge_that_was_given_up_comes_to_no_life_beside_another(
    cast: Cast, order: FeeOrder, standin: Standin
) -> None:
    first = begin(cast, order)
    work()
    Charge.objects.filter(pk=first.pk).update(expires_at=now() - timedelta(minutes=1))
    second = begin(cast, order)  # the provider still waits for the first
    work()
    assert second.pk != first.pk
    assert (fresh(first).state, fresh(second).state) == ("cancelled", "pending")


def test_a_lost_notification_is_made_up_for_by_asking(
    cast: Cast, order: FeeOrder, standin: Standin
) -> None:
    charge = begin(cast, order)
    work()
    standin.tell("pay", reference=charge.reference)
    Charge.objects.filter(pk=charge.pk).update(expires_at=now() - timedelta(minutes=1))
    unpaid({})
    work()
    assert Payment.objects.count() == 1


def test_money_goes_back_through_the_provider_once(
    cast: Cast, order: FeeOrder, standin: Standin
) -> None:
    charge = begin(cast, order)
    work()
    standin.tell("pay", reference=charge.reference)
    online.ask_about(charge_id=charge.pk, at=now())
    work()
    payment = Payment.objects.get()
    who = treasurer(cast.village, cast.lurah)
    asked = refunds.ask(payment_id=payment.pk, amount=AMOUNT, reason="Kelebihan bayar.",
                        posts=posts(who), by=who, at=now())  # fmt: skip
    refunds.approve(refund_id=asked.pk, posts=posts(cast.lurah), by=cast.lurah, at=now())
    standin.tell("fault", part="/refund/", kind="late")
    refunds.send_back(refund_id=asked.pk, posts=posts(who), by=who, at=now())
    with pytest.raises(Stale, match="sedang dikirim"):
        refunds.pay_out(refund_id=asked.pk, method="cash", reference="", posts=posts(who), by=who,
                        at=now())  # fmt: skip
    work()
    work(later=timedelta(hours=1))
    asked.refresh_from_db()
    order.refresh_from_db()
    assert (asked.state, asked.method, order.state) == ("paid", "provider", "refunded")
    tell_subscribers()


def approved(cast: Cast, order: FeeOrder, standin: Standin) -> tuple[Refund, User]:
    """A refund of money that came by QRIS, and the treasurer."""
    charge = begin(cast, order)
    work()
    standin.tell("pay", reference=charge.reference)
    online.ask_about(charge_id=charge.pk, at=now())
    work()
    who = treasurer(cast.village, cast.lurah)
    asked = refunds.ask(payment_id=Payment.objects.get().pk, amount=AMOUNT, reason="Kelebihan.",
                        posts=posts(who), by=who, at=now())  # fmt: skip
    refunds.approve(refund_id=asked.pk, posts=posts(cast.lurah), by=cast.lurah, at=now())
    return asked, who


def test_a_refund_without_an_answer_is_looked_up_and_never_made_twice(
    cast: Cast, order: FeeOrder, standin: Standin
) -> None:
    refund, who = approved(cast, order, standin)
    before = standin.calls("/refund/")
    standin.tell("fault", part="/refund/", kind="lost")
    refunds.send_back(refund_id=refund.pk, posts=posts(who), by=who, at=now())
    work()
    work(later=timedelta(hours=1))
    refund.refresh_from_db()
    assert (refund.state, refund.method) == ("paid", "provider")
    assert standin.calls("/refund/") == before + 1


def test_a_refund_refused_when_repeated_is_looked_up(
    cast: Cast, order: FeeOrder, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first answer was lost, and the provider refuses the same key."""
    refund, who = approved(cast, order, standin)
    provider, account = online.opened("midtrans")
    name = f"kembali-{refund.pk}"
    provider.refund(account, Charge.objects.get().reference, name, AMOUNT, "Pengembalian")

    def refuse(*_: object) -> str:
        raise Refused("Refund key is used already")

    monkeypatch.setattr(provider, "refund", refuse)
    refunds.send_back(refund_id=refund.pk, posts=posts(who), by=who, at=now())
    work()
    refund.refresh_from_db()
    assert (refund.state, refund.reference) == ("paid", name)


def test_a_refund_that_was_surely_refused_is_paid_out_in_another_way(
    cast: Cast, order: FeeOrder, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund, who = approved(cast, order, standin)

    def refuse(*_: object) -> str:
        raise Refused("Transaction cannot be refunded")

    monkeypatch.setattr(providers["midtrans"], "refund", refuse)
    refunds.send_back(refund_id=refund.pk, posts=posts(who), by=who, at=now())
    work()
    refund.refresh_from_db()
    assert (refund.state, refund.method) == ("approved", "")


@pytest.mark.parametrize(("outcome", "state"), [("yes", "paid"), ("no", "approved")])
def test_a_refund_nobody_knows_about_waits_for_the_treasurer(
    cast: Cast, order: FeeOrder, standin: Standin, as_: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch, outcome: str, state: str,
) -> None:  # fmt: skip
    refund, who = approved(cast, order, standin)
    client, page = as_(who), f"/meja/retribusi/{order.pk}/"

    def silent(*_: object) -> str:
        raise NoAnswer("status 500")

    monkeypatch.setattr(providers["midtrans"], "refund", silent)
    monkeypatch.setattr(providers["midtrans"], "has_refunded", silent)
    told = {"act": "settle", "pk": refund.pk, "outcome": outcome, "reason": "Nomor 17, kemarin."}
    refunds.send_back(refund_id=refund.pk, posts=posts(who), by=who, at=now())
    work()
    assert "Sedang dikirim lewat penyedia" in client.get(page).content.decode()
    assert client.post(page, told).status_code == 409, "it is still asked for"
    for _ in range(outbox.MAX_ATTEMPTS):
        work(later=timedelta(hours=1))
    shown = client.get(page).content.decode()
    assert "Hasilnya belum diketahui" in shown and 'value="payout"' not in shown
    assert client.post(page, {**told, "reason": " "}).status_code == 422
    assert client.post(page, told).status_code == 302
    refund.refresh_from_db()
    assert (refund.state, refund.found_reason) == (state, "Nomor 17, kemarin.")
    assert Entry.objects.get(what="fee.refund_settled").detail == {"went_back": outcome == "yes"}
    assert ('value="payout"' in client.get(page).content.decode()) == (outcome == "no")
    assert client.post(page, told).status_code == 409


def test_a_provider_that_gives_nothing_back_leaves_it_to_the_treasurer(
    cast: Cast, order: FeeOrder, standin: Standin
) -> None:
    charge = begin(cast, order, ("xendit", "va:bsi"))
    work()
    standin.tell("pay", reference=charge.reference)
    online.ask_about(charge_id=charge.pk, at=now())
    work()
    who = treasurer(cast.village, cast.lurah)
    asked = refunds.ask(payment_id=Payment.objects.get().pk, amount=1_000, reason="Kelebihan.",
                        posts=posts(who), by=who, at=now())  # fmt: skip
    refunds.approve(refund_id=asked.pk, posts=posts(cast.lurah), by=cast.lurah, at=now())
    with pytest.raises(RuleBroken, match="transfer"):
        refunds.send_back(refund_id=asked.pk, posts=posts(who), by=who, at=now())


# --- keys ---------------------------------------------------------------------------------------


def test_keys_are_sealed_and_shown_to_nobody(
    cast: Cast, order: FeeOrder, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(in_bontang)
    admin = official("admin", Unit.objects.get(code=in_bontang.code), "admin")
    client.force_login(admin, "accounts.backends.LoginBackend")
    page = client.get("/kelola/pembayaran/").content.decode()
    assert "SB-Mid-server-uji" not in page and TOKEN not in page and "Sudah tersimpan" in page
    assert "/bayar/midtrans/kabar/" in page
    given = {"provider": "midtrans", "is_on": "on", "environment": "production", "server_key": ""}
    assert client.post("/kelola/pembayaran/", given).status_code == 302
    row = ProviderAccount.objects.get(provider="midtrans")
    assert row.keys == KEYS["midtrans"], "a key left empty stays"
    assert row.environment == "production"
    assert b"SB-Mid" not in bytes(row.keys_sealed)
    logged = json.dumps(list(Entry.objects.values_list("detail", flat=True)))
    assert "SB-Mid" not in logged
    assert "SB-Mid" not in json.dumps(list(Outbox.objects.values_list("payload", flat=True)))
    ProviderAccount.objects.all().delete()
    lacking = client.post("/kelola/pembayaran/", given)
    assert lacking.status_code == 422 and "Isi Server key" in lacking.content.decode()


def test_every_provider_says_what_it_needs() -> None:
    for name, provider in providers.items():
        assert provider.ways and provider.settings and set(provider.bases) == {
            "sandbox", "production",
        }  # fmt: skip
        assert all(base.startswith("https://") for base in provider.bases.values())
        assert name in KEYS and {one.key for one in provider.settings} == KEYS[name].keys()


def test_a_charge_of_a_void_order_is_not_asked_for(cast: Cast, order: FeeOrder) -> None:
    charge = begin(cast, order)
    FeeOrder.objects.filter(pk=order.pk).update(state="void", void_reason="Salah.", voided_at=now())
    work()
    assert fresh(charge).state == "failed"


def test_the_page_of_a_payment_shows_the_code_and_hears_of_the_money(
    cast: Cast, order: FeeOrder, standin: Standin, as_: Callable[[User], Client]
) -> None:
    sari = as_(cast.sari)
    page = f"/retribusi/{order.pk}/"
    assert "QRIS" in sari.get(page).content.decode()
    asked = sari.post(f"{page}bayar/", {"way": "midtrans/qris"})
    assert asked.status_code == 302
    assert "sedang dibuat" in sari.get(asked["Location"]).content.decode()
    work()
    shown = sari.get(asked["Location"]).content.decode()
    assert "data:image/svg+xml" in shown and "Rp25.000" in shown
    assert as_(cast.tetangga).get(asked["Location"]).status_code == 404
    standin.tell("pay", reference=Charge.objects.get().reference)
    sari.post(asked["Location"])
    work()
    assert "sudah diterima" in sari.get(asked["Location"]).content.decode()
    assert sari.post(f"{page}bayar/", {"way": "midtrans/qris"}).status_code == 409
    assert sari.post(f"{page}bayar/", {"way": "lain/qris"}).status_code == 404


def _account(base: str) -> Account:
    return Account(base=base, keys=KEYS["midtrans"])


def test_an_answer_that_cannot_be_read_is_no_answer(standin: Standin) -> None:
    with pytest.raises(NoAnswer):
        providers["midtrans"].status(_account(f"{standin.base}/standin"), "x")
