"""The same webhook at the same instant, and a worker that dies in the middle."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from billing import actions, catalogue, changes, customers, events, gateway, mirror
from billing.models import Account, Change, StripeEvent
from billing.stripe_objects import EventSeen
from kernel.clock import now
from kernel.errors import RuleBroken
from messaging import outbox
from messaging.models import Outbox
from tenants.backend.scope import in_public
from tenants.registry.models import City

EVENT = EventSeen(
    id="evt_1",
    type="invoice.paid",
    object_type="invoice",
    object_id="in_1",
    customer="cus_1",
    created_at=datetime(2026, 11, 21, tzinfo=UTC),
)


class Admin:
    pk, name = 1, "Admin"


def test_one_event_delivered_by_eight_at_once_is_kept_once(committed: None) -> None:
    new: list[bool] = []

    def deliver() -> None:
        new.append(events.receive(EVENT))
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new) == [False] * 7 + [True]
    with in_public():
        assert StripeEvent.objects.count() == 1
        assert Outbox.objects.filter(kind="billing.event").count() == 1


def test_one_event_worked_off_by_four_workers_at_once_is_done_once(
    committed: None, bontang: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever fails after it has fetched leaves nothing behind; the next one does it all."""
    account = actions.open_account(bontang)
    with in_public():
        type(account).objects.update(stripe_customer_id="cus_1")
    fetched: list[str] = []

    def fetch(_account: object, object_id: str) -> mirror.Fetched:
        fetched.append(object_id)
        if len(fetched) == 1:
            raise RuntimeError("killed in the middle")
        return mirror.Fetched()

    monkeypatch.setattr(mirror, "invoice_of", fetch)
    events.receive(EVENT)
    with in_public():
        row = Outbox.objects.get(kind="billing.event")
        assert not outbox.run(row.pk)
        assert StripeEvent.objects.get().state == StripeEvent.State.RECEIVED
        Outbox.objects.update(due_at=row.due_at)

    def work() -> None:
        with in_public():
            outbox.run(row.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetched == ["in_1", "in_1"]  # the one that failed, and one that did it
    with in_public():
        done = StripeEvent.objects.get()
    assert (done.state, done.times_done) == (StripeEvent.State.DONE, 1)


def test_two_deeds_at_the_same_instant_become_one(committed: None, bontang: City) -> None:
    account = actions.open_account(bontang)
    said: list[str] = []

    def ask() -> None:
        try:
            with in_public(), transaction.atomic():
                from billing.mirror import lock

                actions._ask(lock(account.pk), "cancel", {"subscription": "sub_1"}, Admin())
            said.append("ok")
        except RuleBroken as refused:
            said.append(refused.message[:20])
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["Permintaan sebelumny"] * 3 + ["ok"]


def test_what_was_fetched_before_another_wrote_is_fetched_again(
    committed: None, bontang: City
) -> None:
    account = actions.open_account(bontang)
    written: list[str] = []
    fetched: list[int] = []

    def fetch(_account: Account) -> str:
        fetched.append(len(fetched) + 1)
        if len(fetched) == 1:  # another worker is faster
            mirror.fresh(account.pk, lambda _: "newer", lambda _, found: written.append(found))
            return "older"
        return "newest"

    mirror.fresh(account.pk, fetch, lambda _, found: written.append(found))
    assert written == ["newer", "newest"]


def test_nothing_is_locked_while_stripe_answers(committed: None, bontang: City) -> None:
    account = actions.open_account(bontang)
    free: list[bool] = []

    def look() -> None:
        with in_public(), transaction.atomic():
            free.append(
                Account.objects.select_for_update(nowait=True).filter(pk=account.pk).exists()
            )
        connection.close()

    def fetch(_account: Account) -> mirror.Fetched:
        other = threading.Thread(target=look)
        other.start()
        other.join()
        assert not connection.in_atomic_block
        return mirror.Fetched()

    mirror.fresh(account.pk, fetch, mirror.write)
    assert free == [True]


def test_a_second_payment_page_waits_until_the_first_is_made(
    committed: None, bontang: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = actions.open_account(bontang)
    said: list[str] = []

    def ask() -> str:
        return actions.start_card(
            account.pk, plan="madya", interval="year", by=Admin(), return_to="http://b/"
        )

    def checkout(_params: object) -> str:
        with pytest.raises(RuleBroken, match="masih diproses"):
            ask()
        said.append("made")
        return "http://stripe/"

    monkeypatch.setattr(gateway, "is_configured", lambda: True)
    monkeypatch.setattr(gateway, "checkout", checkout)
    monkeypatch.setattr(catalogue, "price_id", lambda *_: "price_1")
    monkeypatch.setattr(catalogue, "remote", lambda _: "txr_1")
    monkeypatch.setattr(customers, "ensure", lambda _: "cus_1")
    assert ask() == "http://stripe/"
    assert ask() == "http://stripe/", "the first one is made; a second may follow"
    assert said == ["made", "made"]


def test_a_page_that_took_too_long_does_not_end_the_wait_for_a_later_one(
    committed: None, bontang: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = actions.open_account(bontang)
    later = now() + timedelta(hours=1)

    def checkout(_params: object) -> str:
        Account.objects.filter(pk=account.pk).update(paying_until=later)
        return "http://stripe/"

    monkeypatch.setattr(gateway, "is_configured", lambda: True)
    monkeypatch.setattr(gateway, "checkout", checkout)
    monkeypatch.setattr(catalogue, "price_id", lambda *_: "price_1")
    monkeypatch.setattr(catalogue, "remote", lambda _: "txr_1")
    monkeypatch.setattr(customers, "ensure", lambda _: "cus_1")
    actions.start_card(account.pk, plan="madya", interval="year", by=Admin(), return_to="http://b/")
    with in_public():
        assert Account.objects.get(pk=account.pk).paying_until == later


def test_what_was_done_does_not_fail_when_its_worker_ends_in_the_last_attempt(
    bontang: City,
) -> None:
    account = actions.open_account(bontang)
    with in_public():
        done = Change.objects.create(
            account=account, kind=Change.Kind.CANCEL, state=Change.State.DONE, by_name="Admin"
        )
        events.receive(EVENT)
        StripeEvent.objects.update(state=StripeEvent.State.DONE)
        events.give_up(StripeEvent.objects.get().pk, "the worker ended")
        changes.give_up(done.pk, "the worker ended", at=now())
        done.refresh_from_db()
        assert done.state == Change.State.DONE
        assert StripeEvent.objects.get().state == StripeEvent.State.DONE
        assert not Outbox.objects.filter(kind="mail.send").exists()
