"""Billing's part of the console."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from audit.models import Entry
from billing import actions
from billing import console as pages
from billing.models import LIVE, Account, Invoice, StripeEvent, UsageDay
from kernel.clock import now
from messaging.models import Outbox
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Unit
from tenants.registry import entitlements
from tenants.registry.models import City
from tests.factories import official
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
    assert "in_1" in desk.get("/konsol/peristiwa/?state=failed").content.decode()
    assert "in_1" not in desk.get("/konsol/peristiwa/?state=done").content.decode()
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
    assert re.search(r'class="tag warn">\s*belum dibayar', page)
    assert "BALAI-0007" in desk.get("/konsol/tagihan/").content.decode()


def test_every_state_of_stripe_we_know_has_words() -> None:
    assert set(pages.SUBSCRIPTION_STATES) >= set(LIVE) | {"canceled", "incomplete"}
    assert set(pages.INVOICE_STATES) >= {"draft", "open", "paid", "void", "uncollectible"}


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


def test_an_operators_deed_is_told_once_to_each(bontang: City, desk: Client) -> None:
    """By the console to the administrators, by billing to a contact who is none of them."""
    with in_city(bontang):
        admin = official("admin", Unit.objects.get(kind=Unit.Kind.CITY), "admin")
        admin.email = "admin@contoh.go.id"
        admin.save()
    account = actions.open_account(bontang)
    entitlements.set_trial_end(bontang.pk, None, reason="uji", by=None)
    entitlements.set_status(bontang.pk, City.Status.ACTIVE, reason="uji", by=None)

    def told() -> list[tuple[str, str]]:
        with in_public():
            rows = Outbox.objects.filter(kind="mail.send").order_by("payload__to")
            found = [(row.payload["to"], row.payload["subject"]) for row in rows]
            rows.delete()
        return found

    for contact in ("ADMIN@contoh.go.id", "keuangan@contoh.go.id"):
        with in_public():
            Account.objects.filter(pk=account.pk).update(email=contact)
        page = f"/konsol/kota/{bontang.code}"
        desk.post(f"{page}/hentikan/", {"reason": "Permintaan Sekda"})
        stopped = told()
        desk.post(f"{page}/lanjutkan/", {"reason": "Permintaan Sekda"})
        goes_on = told()
        others = contact.startswith("keuangan")
        assert stopped == [("admin@contoh.go.id", "Kota Bontang dijadikan hanya baca")] + others * [
            (contact, "Kota Bontang sekarang hanya baca")
        ]
        assert goes_on == [("admin@contoh.go.id", "Kota Bontang berjalan kembali")] + others * [
            (contact, "Kota Bontang aktif kembali")
        ]
