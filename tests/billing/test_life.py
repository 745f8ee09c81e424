"""The whole life of a city's subscription, against the stand-in as a real process."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from billing import actions, catalogue, gateway, lifecycle, operating, plans, queries, reconcile
from billing.models import Change, Invoice, PlanPrice, Reminder, StripeEvent, Subscription
from billing.tasks import compare
from kernel.errors import RuleBroken
from messaging.models import Outbox
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Unit
from tenants.registry import entitlements
from tenants.registry.models import City
from tests.billing.life import DECLINES, FAILS_AT_RENEWAL, KEY, SECRET, VISA, Life
from tests.billing.standin import Receiver, Standin
from tests.factories import official

S = City.Status
pytestmark = [pytest.mark.django_db, pytest.mark.processes]


@pytest.fixture
def life(
    bontang: City,
    new_standin: Callable[..., Standin],
    receiver: Receiver,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    public_client: Client,
) -> Life:
    standin = new_standin(webhook=receiver.url)
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, SECRET
    settings.STRIPE_API_BASE = standin.base
    with in_city(bontang):
        admin = official("admin", Unit.objects.get(kind=Unit.Kind.CITY), "admin")
        admin.email = "admin@contoh.go.id"
        admin.save()
    played = Life(bontang, admin, standin, receiver, public_client)
    monkeypatch.setattr("billing.tasks.now", lambda: played.at)
    return played


def invoice_details(life: Life, **changes: str) -> None:
    actions.update_account(
        life.account.pk,
        **{
            "name": "Dinas Kominfo Kota Bontang", "official_name": "Rina Wulandari, S.Kom.",
            "official_post": "Pejabat Pembuat Komitmen", "email": "keuangan@bontang.go.id",
            "phone": "0548 20000", "address": "Jalan Awang Long 1, Bontang",
            "npwp": "01.234.567.8-901.000", "purchase_reference": "SP/027/XI/2026", **changes,
        },
        by=life.admin,
    )  # fmt: skip


def test_from_trial_by_card_through_failure_and_back(life: Life) -> None:
    lifecycle.settle(life.account.pk, life.at)
    assert life.status == S.TRIAL

    # A first payment, by card: served at once, the trial is over for good.
    back = life.pay_by_card("madya", "month")
    assert back.startswith("http://bontang.localhost/kelola/langganan/?session=cs_")
    assert "customer.subscription.created" in life.deliver()
    assert life.status == S.ACTIVE
    city = life.fresh()
    assert entitlements.limits_of(city) == plans.plan("madya").limits
    assert city.trial_ends_at is None
    assert not entitlements.on_trial(city)
    with in_public():
        first = Invoice.objects.get()
    assert (first.status, first.subtotal, first.tax) == ("paid", 9_800_000, 1_078_000)
    assert first.total == first.paid == 10_878_000
    assert first.payment_intent

    # The renewal fails: late at once, reminded, served all the same.
    life.change_card(FAILS_AT_RENEWAL)
    life.deliver()
    assert life.pass_days(30) in (S.ACTIVE, S.PAST_DUE)
    assert life.pass_days(3) == S.PAST_DUE
    with in_public():
        assert Reminder.objects.get().kind == 1
    assert ("admin@contoh.go.id", "Pengingat: langganan Kota Bontang") in life.mails()

    # Paid on the invoice's page: works again at once.
    with in_public():
        owed = Invoice.objects.get(status="open")
    life.change_card("4242424242424242")
    life.pay_invoice(owed.hosted_url)
    life.deliver()
    assert life.status == S.ACTIVE
    assert life.mails()[-1][1] == "Terima kasih: Kota Bontang aktif kembali"

    # A bigger plan is paid for now, a smaller one credited later.
    actions.change_plan(life.account.pk, plan="utama", interval="month", by=life.admin)
    life.work()
    assert entitlements.limits_of(life.fresh()) == plans.plan("utama").limits
    with in_public():
        upgrade = Invoice.objects.filter(reason="subscription_update").latest("issued_at")
    assert upgrade.status == "paid"
    assert 0 < upgrade.subtotal <= 19_500_000 - 9_800_000
    assert life.deliver()
    actions.change_plan(life.account.pk, plan="rintisan", interval="month", by=life.admin)
    life.work()
    assert entitlements.limits_of(life.fresh()) == plans.plan("rintisan").limits
    assert life.deliver()

    # Stop at the end of the period, think again, stop.
    for ask, ends in ((actions.cancel, True), (actions.resume, False), (actions.cancel, True)):
        ask(life.account.pk, by=life.admin)
        life.work()
        life.deliver()
        assert life.subscription().cancel_at_period_end is ends
        assert life.status == S.ACTIVE
        assert ("berhenti" if ends else "dilanjutkan") in life.mails()[-1][1]
    with pytest.raises(RuleBroken, match="sudah diatur"):
        actions.cancel(life.account.pk, by=life.admin)

    # The period ends: reminded for two weeks, then a week of grace, then read only.
    assert life.pass_days(33) == S.PAST_DUE
    ended = life.subscription()
    assert ended.ended_at is not None
    while life.status == S.PAST_DUE:
        assert life.at - ended.ended_at < timedelta(days=23)
        life.pass_days(1)
    assert life.status == S.SUSPENDED
    assert life.at - ended.ended_at >= timedelta(days=21)
    with in_public():
        about = Reminder.objects.filter(about=f"ended:{ended.stripe_id}")
        assert sorted(about.values_list("kind", flat=True)) == [1, 7, 14]

    # And back again.
    life.pay_by_card("rintisan", "year")
    life.deliver()
    assert life.status == S.ACTIVE
    assert life.subscription().interval == "year"


def test_an_invoice_with_npwp_paid_late(life: Life) -> None:
    invoice_details(life)
    change = actions.start_invoice(
        life.account.pk, plan="utama", interval="year", days=30, by=life.admin
    )
    assert change.state == Change.State.WAITING
    with pytest.raises(RuleBroken, match="masih diproses"):
        actions.start_invoice(
            life.account.pk, plan="utama", interval="year", days=30, by=life.admin
        )
    life.work()
    done = queries.last_change(life.account)
    assert done is not None and done.state == Change.State.DONE
    assert life.status == S.ACTIVE  # served before it is paid: governments pay against an invoice
    life.deliver()
    life.pass_days(1)
    with in_public():
        invoice = Invoice.objects.get()
    assert (invoice.status, invoice.total) == ("open", 216_450_000)
    assert invoice.due_at is not None
    raw = life.standin.client.invoices.retrieve(invoice.stripe_id).to_dict()
    assert {f["name"]: f["value"] for f in raw["custom_fields"]} == {
        "NPWP": "01.234.567.8-901.000",
        "Nomor pesanan": "SP/027/XI/2026",
        "Pejabat": "Rina Wulandari, S.Kom., Pejabat Pembuat Komitmen",
    }
    assert life.pass_days(28) == S.ACTIVE
    assert [subject for _, subject in life.mails()] == [
        *["Langganan Kota Bontang sudah berjalan"] * 2,
        *[f"Tagihan {invoice.number}: langganan Kota Bontang"] * 2,
    ]
    assert life.pass_days(10) == S.PAST_DUE
    with in_public():
        kinds = Reminder.objects.filter(invoice=invoice).values_list("kind", flat=True)
        assert sorted(kinds) == [0, 1, 7]
    assert {to for to, _ in life.mails()} == {"keuangan@bontang.go.id", "admin@contoh.go.id"}
    with in_public():
        keys = Outbox.objects.values_list("key", flat=True)
        assert not [key for key in keys if key and "@" in key]  # keys are logged
    life.pay_invoice(invoice.hosted_url)
    life.deliver()
    assert life.status == S.ACTIVE
    with in_public():
        invoice.refresh_from_db()
    assert invoice.status == "paid"
    assert invoice.remaining == 0
    with in_public():
        assert Subscription.objects.get().status == "active"


def test_webhooks_twice_late_and_in_reverse_end_where_they_should(life: Life) -> None:
    life.pay_by_card()
    events = life.arrived()
    assert len(events) > 3
    life.change_card(FAILS_AT_RENEWAL)
    life.standin.advance(33)
    life.offset += timedelta(days=33)
    events += life.arrived()
    # Those that fetch nothing, or not the unpaid invoice, come first of all: still one reminder.
    idle = [event for event in events if b'"object": "payment_intent"' in event[0]]
    assert idle
    for body, signature in [*idle, *reversed(events), *events, *events[:4]]:
        assert life.post(body, signature) == 200
        life.work()
    assert life.status == S.PAST_DUE
    with in_public():
        ids = {event.stripe_id for event in StripeEvent.objects.all()}
        assert len(ids) == len(events) == StripeEvent.objects.count()
        assert set(StripeEvent.objects.values_list("times_done", flat=True)) == {1}
        assert Subscription.objects.get().status == "past_due"
        assert Invoice.objects.count() == 2
        assert Reminder.objects.count() <= 1


def test_a_forged_or_stale_webhook_changes_nothing(life: Life) -> None:
    life.pay_by_card()
    body, signature = life.arrived()[0]
    assert life.post(body, signature.replace("v1=", "v1=0")) == 400
    assert life.post(body + b" ", signature) == 400
    assert life.post(body, "") == 400
    stamp, mark = signature.split(",", 1)
    assert life.post(body, f"t={int(stamp[2:]) - 4000},{mark}") == 400
    from stripe import WebhookSignature

    forged = WebhookSignature.generate_signature_header(body.decode(), "whsec_guessed")
    assert life.post(body, forged) == 400
    nul = body.replace(b'"id": "evt_', b'"id": "evt_\\u0000', 1)
    assert nul != body
    long = body.replace(b'"id": "evt_', b'"id": "evt_' + b"x" * 300, 1)
    deep = b"[" * 100_000 + b"]" * 100_000
    event = b'{"id": "evt_1", "data": {"object": 7}}'
    for strange in (b"[]", b"{}", b"\xff", event, nul, long, deep):
        said = WebhookSignature.generate_signature_header(strange.decode("latin-1"), SECRET)
        assert life.post(strange, said) == 400
    with in_public():
        assert not StripeEvent.objects.exists()
    assert life.status == S.TRIAL


def test_an_event_can_be_replayed(life: Life) -> None:
    life.pay_by_card()
    life.deliver()
    with in_public():
        Invoice.objects.update(status="open", paid=0)  # as if something had gone wrong here
        event = StripeEvent.objects.filter(type="invoice.paid").first()
        assert event is not None
        operating.replay(event.pk, by=None)
    life.work()
    with in_public():
        event.refresh_from_db()
        assert Invoice.objects.get().status == "paid"
    assert (event.state, event.times_done) == (StripeEvent.State.DONE, 2)


def test_coming_back_from_the_payment_page_needs_no_webhook(life: Life) -> None:
    session = life.pay_by_card().rpartition("=")[2]
    assert actions.settle_checkout(life.account.pk, session, at=life.at)
    assert life.status == S.ACTIVE
    with pytest.raises(RuleBroken, match="sudah berjalan"):
        life.pay_by_card()
    life.deliver()  # all of it known already
    assert life.status == S.ACTIVE


def test_two_open_payment_pages_cannot_both_be_paid(life: Life) -> None:
    def opened(plan: str) -> str:
        url = actions.start_card(
            life.account.pk, plan=plan, interval="month", by=life.admin,
            return_to="http://bontang.localhost/kelola/langganan/",
        )  # fmt: skip
        return urlsplit(url).path

    first, second = opened("madya"), opened("utama")
    life.standin.page(first, kartu=VISA)
    life.standin.page(second, kartu=VISA)
    life.deliver()
    with in_public():
        assert [one.plan for one in Subscription.objects.all()] == ["utama"]


def test_an_open_payment_page_ends_with_a_subscription_by_invoice(life: Life) -> None:
    invoice_details(life)
    url = actions.start_card(
        life.account.pk, plan="madya", interval="month", by=life.admin,
        return_to="http://bontang.localhost/kelola/langganan/",
    )  # fmt: skip
    actions.start_invoice(life.account.pk, plan="madya", interval="month", days=30, by=life.admin)
    life.work()
    life.standin.page(urlsplit(url).path, kartu=VISA)
    life.deliver()
    with in_public():
        assert [one.is_by_invoice for one in Subscription.objects.all()] == [True]


def test_a_declined_first_card_changes_nothing(life: Life) -> None:
    life.pay_by_card(card=DECLINES)
    life.deliver()
    assert life.status == S.TRIAL
    assert life.fresh().trial_ends_at is not None


def test_a_declined_upgrade_leaves_the_plan_as_it_is(life: Life) -> None:
    life.pay_by_card("rintisan")
    life.deliver()
    life.change_card(FAILS_AT_RENEWAL)
    life.deliver()
    actions.change_plan(life.account.pk, plan="utama", interval="month", by=life.admin)
    life.work()
    found = queries.last_change(life.account)
    assert found is not None
    assert found.state == Change.State.FAILED
    assert "ditolak" in found.problem
    life.deliver()
    assert life.subscription().plan == "rintisan"
    assert life.status == S.ACTIVE
    assert entitlements.limits_of(life.fresh()) == plans.plan("rintisan").limits
    assert life.mails()[-1][1] == "Ganti paket belum berhasil: Kota Bontang"


def test_prices_are_made_once_and_old_subscribers_keep_theirs(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(catalogue.sync()) == 6
    assert catalogue.sync() == []
    made = life.standin.client.prices.list({"limit": 100}).data
    assert len(made) == 6
    assert {price.unit_amount for price in made} == {
        100 * price for plan in plans.plans() for price in (plan.monthly, plan.yearly)
    }
    life.pay_by_card("madya", "month")
    life.deliver()
    dearer = plans.read(
        (plans.Path(plans.__file__).parent / "plans.toml")
        .read_text()
        .replace("9_800_000", "10_800_000")
    )
    monkeypatch.setattr("billing.plans.plans", lambda: dearer)
    assert catalogue.sync() == ["madya/month: harga baru Rp10.800.000"]
    with in_public():
        assert PlanPrice.objects.filter(plan="madya", interval="month").count() == 2
    life.pass_days(31)
    assert life.subscription().rupiah == 9_800_000
    with in_public():
        assert Invoice.objects.order_by("issued_at").last().subtotal == 9_800_000
    # Rows lost, as after a restored backup: found again, not made again.
    with in_public():
        PlanPrice.objects.all().delete()
    assert catalogue.sync() == []
    assert len(life.standin.client.prices.list({"limit": 100}).data) == 7


def test_reconciliation_finds_and_mends_what_differs(life: Life) -> None:
    life.pay_by_card()
    life.deliver()
    assert reconcile.reconcile(life.at).differences == []
    with in_public():
        Subscription.objects.update(status="past_due")
        Invoice.objects.all().delete()
    reported = reconcile.reconcile(life.at, repair=False)
    fields = {(row["field"], row["ours"], row["theirs"]) for row in reported.differences}
    assert fields == {("status", "past_due", "active"), ("", None, "paid")}
    with in_public():
        assert not Invoice.objects.exists()
    assert len(reconcile.reconcile(life.at).differences) == 2
    assert reconcile.reconcile(life.at).differences == []
    with in_public():
        assert Subscription.objects.get().status == "active"
        assert Invoice.objects.get().status == "paid"


def test_money_goes_back_to_the_card(life: Life) -> None:
    operator = User(pk=1, name="Operator")
    life.pay_by_card()
    life.deliver()
    with in_public():
        invoice = Invoice.objects.get()
    with pytest.raises(RuleBroken, match="melebihi"):
        actions.refund(invoice.pk, rupiah=invoice.paid + 1, reason="Salah", by=operator)
    actions.refund(invoice.pk, rupiah=1_000_000, reason="Salah paket", by=operator)
    life.work()
    with in_public():
        invoice.refresh_from_db()
    assert invoice.refunded == 1_000_000
    refunds = life.standin.client.refunds.list({"limit": 5}).data
    assert [one.amount for one in refunds] == [100_000_000]
    # In Stripe's own dashboard, too.
    life.deliver()
    life.standin.client.refunds.create(
        {"payment_intent": invoice.payment_intent, "amount": 50_000_000}
    )
    assert "charge.refunded" in life.deliver()
    with in_public():
        invoice.refresh_from_db()
    assert invoice.refunded == 1_500_000


def test_a_second_subscription_made_in_stripe_is_found(life: Life) -> None:
    life.pay_by_card("rintisan")
    with in_public():
        price = PlanPrice.objects.get(plan="madya", interval="month").stripe_price_id
    life.standin.client.subscriptions.create(
        {
            "customer": str(life.account.stripe_customer_id),
            "items": [{"price": price}],
            "collection_method": "send_invoice",
            "days_until_due": 14,
        }
    )
    life.deliver()
    assert life.status == S.ACTIVE
    assert life.subscription().plan == "madya"  # the later one counts
    found = reconcile.reconcile(life.at).differences
    assert [(row["object"], row["theirs"]) for row in found] == [("64.74", "2")]


def test_what_a_change_costs_is_known_before(life: Life) -> None:
    life.pay_by_card("rintisan", "month")
    life.deliver()
    seen = queries.preview(life.account, "utama", "month")
    assert 0 < seen.total <= plans.plan("utama").price_with_tax("month")
    assert life.subscription().plan == "rintisan"


def test_a_fresh_installation_differs_in_nothing(
    life: Life, caplog: pytest.LogCaptureFixture
) -> None:
    """What `./balai up` prepares, before the first night's comparison."""
    from deploy.local.management.commands.prepare_installation import Command

    Command().offer_plans()
    compare()
    assert reconcile.reconcile(life.at).differences == []
    assert [row.message for row in caplog.records if row.levelname == "ERROR"] == []


def test_a_price_archived_in_stripe_is_reported_and_made_anew(life: Life) -> None:
    catalogue.sync()
    with in_public():
        price = PlanPrice.objects.get(plan="madya", interval="month", is_current=True)
    life.standin.client.prices.update(price.stripe_price_id, {"active": False})
    found = reconcile.reconcile(life.at)
    assert found.differences == [
        {"object": "madya/month", "field": "active", "ours": "True", "theirs": "False"}
    ]
    assert reconcile.reconcile(life.at).differences == []
    with in_public():
        anew = PlanPrice.objects.get(plan="madya", interval="month", is_current=True)
    assert anew.stripe_price_id != price.stripe_price_id and anew.rupiah == price.rupiah
    assert life.standin.client.prices.retrieve(anew.stripe_price_id).active


def test_an_emptied_stand_in_is_no_dead_end(
    life: Life, new_standin: Callable[..., Standin], settings: LazySettings
) -> None:
    catalogue.sync()
    life.pay_by_card(card=DECLINES)
    life.deliver()
    life.receiver.got.clear()
    life.handed = 0
    life.standin = new_standin(webhook=life.receiver.url)
    settings.STRIPE_API_BASE = life.standin.base
    invoice_details(life)
    catalogue.sync()
    life.work()
    life.pay_by_card()
    life.deliver()
    assert life.status == S.ACTIVE


def test_stripe_going_away_in_the_middle_loses_nothing(life: Life) -> None:
    invoice_details(life)
    life.work()
    catalogue.sync()
    actions.start_invoice(life.account.pk, plan="madya", interval="year", days=14, by=life.admin)
    life.standin.stop()
    with in_public():
        from messaging import outbox
        from messaging.models import Outbox

        outbox.run_due()
        row = Outbox.objects.get(kind="billing.change")
        assert row.state == Outbox.State.DUE
        assert "Unavailable" in row.error
        with pytest.raises(gateway.Unavailable):
            actions.portal(life.account.pk, return_to="http://bontang.localhost/")
        life.standin.start()
        Outbox.objects.filter(pk=row.pk).update(due_at=row.created_at, error="")
    life.work()
    assert life.status == S.ACTIVE
    assert len(life.standin.client.subscriptions.list({"limit": 5}).data) == 1


def test_a_customer_deleted_in_stripe_is_made_anew_when_the_city_pays(life: Life) -> None:
    life.pay_by_card()
    life.deliver()
    with in_public():
        before = life.account.stripe_customer_id
    with gateway._api() as api:
        api.customers.delete(before)
    life.deliver()
    life.pay_by_card()
    life.deliver()
    assert life.account.stripe_customer_id != before
    assert life.status == S.ACTIVE
