"""Billing's part of the console."""

from datetime import timedelta

import pytest
from django.test import Client

from audit.models import Entry
from billing import actions
from billing.models import Invoice, StripeEvent, UsageDay
from kernel.clock import now
from messaging.models import Outbox
from tenants.registry.models import City
from tenants.registry.scope import in_public
from tests.operators import console

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return console()


def event(**more: object) -> StripeEvent:
    return StripeEvent.objects.create(
        stripe_id="evt_1", type="invoice.paid", object_type="invoice", object_id="in_1",
        created_at=now(), **more,
    )  # fmt: skip


def test_plans_and_the_way_there(desk: Client) -> None:
    page = desk.get("/konsol/paket/").content.decode()
    assert "/konsol/peristiwa/" in page and "/konsol/tagihan/" in page
    assert "Paket" in page


def test_webhooks_are_filtered_and_replayed(desk: Client) -> None:
    row = event(state=StripeEvent.State.FAILED, note="Tidak ada langganan sub_9")
    assert "in_1" in desk.get("/konsol/peristiwa/?keadaan=failed").content.decode()
    assert "in_1" not in desk.get("/konsol/peristiwa/?keadaan=done").content.decode()
    assert desk.post(f"/konsol/peristiwa/{row.pk}/ulangi/").status_code == 302
    row.refresh_from_db()
    assert (row.replays, row.state) == (1, StripeEvent.State.RECEIVED)
    assert Outbox.objects.filter(key="stripe:evt_1:1").exists()
    assert Entry.objects.get(what="billing.replayed").actor_name == "Operator Satu"
    assert desk.post("/konsol/peristiwa/999/ulangi/").status_code == 404


def test_a_citys_money_stands_on_its_page(bontang: City, desk: Client) -> None:
    account = actions.open_account(bontang)
    with in_public():
        Invoice.objects.create(
            account=account, stripe_id="in_7", number="BALAI-0007", status="open",
            collection_method="send_invoice", subtotal=100, tax=11, total=111, paid=0,
            remaining=111, issued_at=now(), due_at=now(), seen_at=now(),
        )  # fmt: skip
        UsageDay.objects.create(
            account=account, day=now().date() - timedelta(days=40), letters=5, seats=3,
            storage=10, messages=1,
        )  # fmt: skip
    page = desk.get(f"/konsol/kota/{bontang.code}/").content.decode()
    assert "BALAI-0007" in page and account.name in page and 'class="chart"' in page
    assert "BALAI-0007" in desk.get("/konsol/tagihan/").content.decode()


def test_a_city_stopped_by_hand_stays_so_whatever_its_bill_says(
    bontang: City, desk: Client
) -> None:
    from billing import lifecycle

    desk.post(f"/konsol/kota/{bontang.code}/hentikan/", {"reason": "Permintaan Sekda"})
    account = actions.open_account(bontang)
    assert account.held_reason == "Permintaan Sekda"
    assert lifecycle.settle(account.pk, now()) == City.Status.SUSPENDED
    desk.post(f"/konsol/kota/{bontang.code}/lanjutkan/", {"reason": "Selesai"})
    account.refresh_from_db()
    assert account.held_reason == ""
    assert lifecycle.settle(account.pk, now()) == City.Status.TRIAL
