"""The life of a subscription, through the unmodified library and a real process."""

import re
import signal
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.billing.standin import DAY, HOUR, KEY, SECRET, Receiver, Standin

MONTHLY, BIGGER = 150_000_000, 300_000_000  # sen: Rp1.500.000 and Rp3.000.000


class Shop:
    """A product with two prices, PPN, and customers of it."""

    def __init__(self, standin: Standin) -> None:
        self.standin = standin
        self.api = standin.client
        product = self.api.products.create({"name": "Madya"})
        self.small = self._price(product.id, MONTHLY)
        self.big = self._price(product.id, BIGGER)
        self.yearly = self._price(product.id, 10 * MONTHLY, "year")
        self.ppn = self.api.tax_rates.create(
            {"display_name": "PPN", "inclusive": False, "percentage": 11, "country": "ID"}
        )

    def _price(self, product: str, amount: int, interval: Any = "month") -> str:
        return self.api.prices.create(
            {
                "product": product,
                "currency": "idr",
                "unit_amount": amount,
                "recurring": {"interval": interval},
            }
        ).id

    def customer(self, card: str | None = "pm_card_visa") -> stripe.Customer:
        given: Any = {"name": "Kota Bontang", "email": "keuangan@bontang.example"}
        if card:
            given["payment_method"] = card
            given["invoice_settings"] = {"default_payment_method": card}
        return self.api.customers.create(given)

    def card_subscription(self, card: str = "pm_card_visa", **more: Any) -> stripe.Subscription:
        return self.api.subscriptions.create(
            {"customer": self.customer(card).id, "items": [{"price": self.small}], **more}
        )

    def again(self, subscription: stripe.Subscription) -> stripe.Subscription:
        return self.api.subscriptions.retrieve(
            subscription.id, {"expand": ["latest_invoice.payments"]}
        )

    def events(self, about: str) -> list[str]:
        """Types of all events about one object, oldest first."""
        found = self.api.events.list({"limit": 100}).auto_paging_iter()
        return [one.type for one in found if one.data.object["id"] == about][::-1]


@pytest.fixture(scope="module")
def shop(standin: Standin) -> Shop:
    return Shop(standin)


def item(subscription: stripe.Subscription) -> stripe.SubscriptionItem:
    return subscription["items"].data[0]


# --- card ---------------------------------------------------------------------------------------


def test_the_whole_life_of_a_card_subscription(shop: Shop) -> None:
    api = shop.api
    sub = shop.card_subscription(default_tax_rates=[shop.ppn.id], metadata={"city": "64.74"})
    first = api.invoices.retrieve(str(sub.latest_invoice), {"expand": ["payments"]})
    assert (sub.status, first.status, first.total) == ("active", "paid", 166_500_000)
    assert first.parent and first.parent.subscription_details
    assert first.parent.subscription_details.subscription == sub.id
    assert first.payments and first.payments.data[0].status == "paid"
    assert first.total_taxes and first.total_taxes[0].amount == 16_500_000

    shop.standin.advance(31.2)  # renewed, and the draft's hour is over
    renewed = shop.again(sub)
    assert item(renewed).current_period_start == item(sub).current_period_end
    assert renewed.latest_invoice.status == "paid"  # type: ignore[union-attr]
    assert renewed.latest_invoice.billing_reason == "subscription_cycle"  # type: ignore[union-attr]

    failing = api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": sub.customer})
    api.subscriptions.update(sub.id, {"default_payment_method": failing.id})
    shop.standin.advance_to(item(shop.again(sub)).current_period_end + 2 * HOUR)
    late = shop.again(sub)
    bill = late.latest_invoice
    assert isinstance(bill, stripe.Invoice)
    assert (late.status, bill.status, bill.attempt_count) == ("past_due", "open", 1)
    assert bill.next_payment_attempt
    assert shop.api.customers.retrieve(str(sub.customer)).delinquent

    working = api.payment_methods.attach("pm_card_visa", {"customer": sub.customer})
    api.subscriptions.update(sub.id, {"default_payment_method": working.id})
    shop.standin.advance(1.1)  # the first retry
    assert shop.again(sub).status == "active"
    assert not shop.api.customers.retrieve(str(sub.customer)).delinquent

    api.subscriptions.update(sub.id, {"cancel_at_period_end": True})
    assert shop.again(sub).cancel_at == item(shop.again(sub)).current_period_end
    api.subscriptions.update(sub.id, {"cancel_at_period_end": False})
    assert shop.again(sub).cancel_at is None
    api.subscriptions.update(sub.id, {"cancel_at_period_end": True})
    shop.standin.advance(31.2)
    ended = shop.again(sub)
    assert ended.status == "canceled" and ended.ended_at
    assert shop.events(sub.id)[-1] == "customer.subscription.deleted"
    assert sub.id not in {one.id for one in api.subscriptions.list({"customer": sub.customer})}


def test_retries_end_after_eight_tries_and_two_weeks(shop: Shop) -> None:
    sub = shop.card_subscription(trial_period_days=1)
    failing = shop.api.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": str(sub.customer)}
    )
    shop.api.subscriptions.update(sub.id, {"default_payment_method": failing.id})
    shop.standin.advance(1.1)
    assert shop.again(sub).status == "past_due"
    shop.standin.advance(13)
    assert shop.again(sub).status == "past_due"
    shop.standin.advance(1.1)
    late = shop.again(sub)
    bill = late.latest_invoice
    assert isinstance(bill, stripe.Invoice)
    assert (late.status, bill.attempt_count, bill.next_payment_attempt) == ("unpaid", 8, None)
    shop.api.invoices.pay(bill.id, {"payment_method": "pm_card_visa"})
    assert shop.again(sub).status == "active"


def test_the_account_may_cancel_instead(new_standin: Callable[..., Standin]) -> None:
    shop = Shop(new_standin(after_retries="canceled"))
    sub = shop.card_subscription(trial_period_days=1)
    failing = shop.api.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": str(sub.customer)}
    )
    shop.api.subscriptions.update(sub.id, {"default_payment_method": failing.id})
    shop.standin.advance(16)
    assert shop.again(sub).status == "canceled"


def test_cards_that_decline_or_ask_who_pays(shop: Shop) -> None:
    api = shop.api
    with pytest.raises(stripe.CardError) as refused:
        shop.customer("pm_card_chargeDeclined")
    assert (refused.value.code, refused.value.http_status) == ("card_declined", 402)

    sub = shop.card_subscription("pm_card_authenticationRequiredOnSetup")
    assert sub.status == "incomplete"
    bill = api.invoices.retrieve(
        str(sub.latest_invoice), {"expand": ["payments.data.payment.payment_intent"]}
    )
    assert bill.payments
    intent = bill.payments.data[0].payment.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert intent.status == "requires_action"
    url = intent.next_action.redirect_to_url.url  # type: ignore[union-attr]
    path = url.split(str(shop.standin.port))[1]  # type: ignore[union-attr]
    assert "Konfirmasi bank" in shop.standin.page(path)[1]
    shop.standin.page(path, jawab="ya")
    assert shop.again(sub).status == "active"
    shop.standin.advance(31.2)  # set up once, it asks no more
    assert shop.again(sub).latest_invoice.status == "paid"  # type: ignore[union-attr]

    unpaid = shop.card_subscription("pm_card_chargeCustomerFail")
    assert unpaid.status == "incomplete"
    shop.standin.advance(1)
    assert shop.again(unpaid).status == "incomplete_expired"
    with pytest.raises(stripe.CardError):
        shop.card_subscription("pm_card_chargeCustomerFail", payment_behavior="error_if_incomplete")
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        api.subscriptions.create(
            {"customer": shop.customer(None).id, "items": [{"price": shop.small}]}
        )


# --- invoice ------------------------------------------------------------------------------------


def test_the_whole_life_of_an_invoice_subscription(shop: Shop) -> None:
    api = shop.api
    customer = shop.customer(None)
    api.customers.tax_ids.create(customer.id, {"type": "id_npwp", "value": "01.234.567.8-901.000"})
    sub = api.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": shop.yearly}],
            "collection_method": "send_invoice",
            "days_until_due": 30,
            "default_tax_rates": [shop.ppn.id],
            "invoice_settings": {"custom_fields": [{"name": "No. SPK", "value": "027/15/2026"}]},
        }
    )
    assert sub.status == "active"
    bill = api.invoices.retrieve(str(sub.latest_invoice))
    assert (bill.status, bill.total) == ("draft", 1_665_000_000)
    shop.standin.advance(0.05)
    bill = api.invoices.retrieve(bill.id)
    assert bill.status == "open" and bill.due_date and bill.number
    assert "invoice.sent" in shop.events(bill.id)
    assert bill.customer_tax_ids and bill.customer_tax_ids[0].value == "01.234.567.8-901.000"
    path = f"/tagihan/{bill.id}"
    _, page, _ = shop.standin.page(path)
    for text in ("Rp16.650.000", "No. SPK", "027/15/2026", "Bayar", "Gagalkan", "tiruan"):
        assert text in page
    assert shop.standin.page(path + "/pdf")[1].startswith("%PDF-1.4")

    _, page, _ = shop.standin.page(path, make="gagal")
    assert "Kartu ditolak" in page
    assert api.invoices.retrieve(bill.id).status == "open"
    shop.standin.advance(31)
    assert "invoice.overdue" in shop.events(bill.id)
    assert shop.again(sub).status == "past_due"
    shop.standin.page(path, make="bayar", kartu="4242424242424242")
    assert api.invoices.retrieve(bill.id).status == "paid"
    assert shop.again(sub).status == "active"

    charge = api.charges.list({"customer": customer.id, "limit": 1}).data[0]
    refund = api.refunds.create({"charge": charge.id, "amount": 65_000_000})
    assert refund.status == "succeeded"
    assert api.charges.retrieve(charge.id).amount_refunded == 65_000_000
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        api.refunds.create({"charge": charge.id, "amount": 1_600_000_001})


def test_an_invoice_of_its_own_is_paid_elsewhere(shop: Shop) -> None:
    api = shop.api
    customer = shop.customer(None)
    draft = api.invoices.create(
        {"customer": customer.id, "collection_method": "send_invoice", "days_until_due": 7}
    )
    api.invoice_items.create(
        {"customer": customer.id, "invoice": draft.id, "amount": 5_000_000, "currency": "idr"}
    )
    sent = api.invoices.send_invoice(draft.id)
    assert (sent.status, sent.amount_due) == ("open", 5_000_000)
    paid = api.invoices.pay(draft.id, {"paid_out_of_band": True})
    assert (paid.status, paid.amount_remaining) == ("paid", 0)
    other = api.invoices.create({"customer": customer.id})
    api.invoice_items.create(
        {"customer": customer.id, "invoice": other.id, "amount": 1_000, "currency": "idr"}
    )
    api.invoices.finalize_invoice(other.id)
    assert api.invoices.void_invoice(other.id).status == "void"
    with pytest.raises(stripe.InvalidRequestError):
        api.invoices.pay(other.id)


# --- changes ------------------------------------------------------------------------------------


def test_an_upgrade_charges_the_difference_at_once(shop: Shop) -> None:
    sub = shop.card_subscription()
    start, end = item(sub).current_period_start, item(sub).current_period_end
    half = (start + end) // 2
    change: Any = {
        "items": [{"id": item(sub).id, "price": shop.big}],
        "proration_behavior": "always_invoice",
        "proration_date": half,
    }
    seen = shop.api.invoices.create_preview(
        {"subscription": sub.id, "subscription_details": change}
    )
    assert item(shop.again(sub)).price.id == shop.small  # a preview changes nothing
    after = shop.api.subscriptions.update(sub.id, change)
    bill = shop.api.invoices.retrieve(str(after.latest_invoice))
    assert bill.total == seen.total
    assert bill.total == pytest.approx((BIGGER - MONTHLY) / 2, abs=100)
    assert bill.billing_reason == "subscription_update" and bill.status == "paid"
    credit, debit = bill.lines.data
    assert credit.amount < 0 < debit.amount
    assert credit.parent and credit.parent.subscription_item_details
    assert credit.parent.subscription_item_details.proration
    assert credit.pricing and credit.pricing.price_details
    assert credit.pricing.price_details.price == shop.small


def test_a_downgrade_becomes_credit_on_the_next_invoice(shop: Shop) -> None:
    sub = shop.card_subscription()
    up: Any = {"items": [{"id": item(sub).id, "price": shop.big}], "proration_behavior": "none"}
    shop.api.subscriptions.update(sub.id, up)
    down: Any = {"items": [{"id": item(sub).id, "price": shop.small}]}
    down["proration_behavior"] = "always_invoice"
    after = shop.api.subscriptions.update(sub.id, down)
    bill = shop.api.invoices.retrieve(str(after.latest_invoice))
    assert bill.total < 0 and bill.status == "paid" and bill.amount_due == 0
    customer = shop.api.customers.retrieve(str(sub.customer))
    assert customer.balance == bill.total
    shop.standin.advance(31.2)
    renewal = shop.again(sub).latest_invoice
    assert isinstance(renewal, stripe.Invoice)
    assert renewal.amount_due == max(0, MONTHLY + bill.total)
    moves = shop.api.customers.balance_transactions.list(customer.id).data
    assert [one.type for one in moves] == ["applied_to_invoice", "adjustment"]


def test_prorations_wait_for_the_renewal_unless_invoiced(shop: Shop) -> None:
    sub = shop.card_subscription()
    shop.api.subscriptions.update(sub.id, {"items": [{"id": item(sub).id, "quantity": 2}]})
    seen = shop.api.invoices.create_preview({"subscription": sub.id})
    assert len(seen.lines.data) == 3
    shop.standin.advance(31.2)
    renewal = shop.again(sub).latest_invoice
    assert isinstance(renewal, stripe.Invoice)
    assert renewal.total == seen.total
    assert renewal.lines.data[2].amount == 2 * MONTHLY


def test_another_interval_starts_over_with_credit(shop: Shop) -> None:
    sub = shop.card_subscription()
    after = shop.api.subscriptions.update(
        sub.id, {"items": [{"id": item(sub).id, "price": shop.yearly}]}
    )
    bill = shop.api.invoices.retrieve(str(after.latest_invoice))
    assert [line.amount > 0 for line in bill.lines.data] == [False, True]
    assert item(after).current_period_end - item(after).current_period_start >= 365 * DAY


def test_a_trial_warns_three_days_before_and_then_bills(shop: Shop) -> None:
    sub = shop.card_subscription(trial_period_days=30)
    assert sub.status == "trialing" and sub.trial_end
    assert shop.api.invoices.retrieve(str(sub.latest_invoice)).total == 0
    shop.standin.advance(26)
    assert "customer.subscription.trial_will_end" not in shop.events(sub.id)
    shop.standin.advance(2)
    assert "customer.subscription.trial_will_end" in shop.events(sub.id)
    shop.standin.advance(2.2)
    after = shop.again(sub)
    assert after.status == "active"
    assert after.latest_invoice.amount_paid == MONTHLY  # type: ignore[union-attr]
    assert item(after).current_period_start == sub.trial_end


def test_pause_and_resume(shop: Shop) -> None:
    sub = shop.card_subscription()
    assert shop.api.subscriptions.pause(sub.id).status == "paused"
    shop.standin.advance(40)
    assert shop.again(sub).latest_invoice.id == sub.latest_invoice  # type: ignore[union-attr]
    assert shop.api.subscriptions.resume(sub.id).status == "active"


def test_a_test_clock_is_a_time_of_its_own(shop: Shop) -> None:
    api = shop.api
    clock = api.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000})
    customer = api.customers.create(
        {
            "test_clock": clock.id,
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
        }
    )
    sub = api.subscriptions.create({"customer": customer.id, "items": [{"price": shop.small}]})
    assert item(sub).current_period_start == 1_800_000_000
    moved = api.test_helpers.test_clocks.advance(
        clock.id, {"frozen_time": item(sub).current_period_end + 2 * HOUR}
    )
    assert moved.status == "advancing"
    assert api.test_helpers.test_clocks.retrieve(clock.id).status == "ready"
    assert item(shop.again(sub)).current_period_start == item(sub).current_period_end
    assert len(api.invoices.list({"subscription": sub.id}).data) == 2


# --- hosted pages -------------------------------------------------------------------------------


def test_checkout_sells_a_subscription(shop: Shop) -> None:
    customer = shop.customer(None)
    session = shop.api.checkout.sessions.create(
        {
            "mode": "subscription",
            "customer": customer.id,
            "line_items": [{"price": shop.small, "quantity": 1}],
            "subscription_data": {"default_tax_rates": [shop.ppn.id], "metadata": {"a": "b"}},
            "success_url": "https://bontang.example/ok?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://bontang.example/batal",
        }
    )
    assert session.amount_total == 166_500_000 and session.url
    path = session.url.split(str(shop.standin.port))[1]
    page = shop.standin.page(path)[1]
    assert "Rp1.665.000" in page and "bukan pembayaran sungguhan" in page
    assert "<script" not in page
    assert shop.standin.page(path, kartu="4000000000000002")[0] == 402
    assert shop.api.subscriptions.list({"customer": customer.id}).data == []
    assert "Konfirmasi bank" in shop.standin.page(path, kartu="4000002500003155")[1]
    _, _, where = shop.standin.page(path, kartu="4000002500003155", konfirmasi="ya")
    assert where == f"https://bontang.example/ok?s={session.id}"
    done = shop.api.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert isinstance(done.subscription, stripe.Subscription)
    assert done.subscription.metadata["a"] == "b"
    assert shop.events(session.id) == ["checkout.session.completed"]
    shop.standin.advance(31.2)
    assert shop.again(done.subscription).latest_invoice.status == "paid"  # type: ignore[union-attr]


def test_checkout_keeps_a_card_or_expires(shop: Shop) -> None:
    customer = shop.customer(None)
    make: Any = {
        "mode": "setup",
        "currency": "idr",
        "customer": customer.id,
        "success_url": "https://bontang.example/ok",
    }
    session = shop.api.checkout.sessions.create(make)
    shop.standin.page(f"/checkout/{session.id}", kartu="4242424242424242")
    done = shop.api.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    intent = done.setup_intent
    assert isinstance(intent, stripe.SetupIntent) and intent.status == "succeeded"
    kept = shop.api.customers.payment_methods.list(customer.id).data
    assert [one.id for one in kept] == [intent.payment_method]
    late = shop.api.checkout.sessions.create(make)
    shop.standin.advance(1.1)
    assert shop.api.checkout.sessions.retrieve(late.id).status == "expired"


def test_the_portal_changes_the_card_and_cancels(shop: Shop) -> None:
    sub = shop.card_subscription()
    session = shop.api.billing_portal.sessions.create(
        {"customer": str(sub.customer), "return_url": "https://bontang.example/kembali"}
    )
    path = session.url.split(str(shop.standin.port))[1]
    assert "https://bontang.example/kembali" in shop.standin.page(path)[1]
    shop.standin.page(path, make="kartu", kartu="5555555555554444")
    customer = shop.api.customers.retrieve(
        str(sub.customer), {"expand": ["invoice_settings.default_payment_method"]}
    )
    method = customer.invoice_settings.default_payment_method  # type: ignore[union-attr]
    assert isinstance(method, stripe.PaymentMethod) and method.card
    assert method.card.last4 == "4444"
    shop.standin.page(path, make="batal", langganan=sub.id)
    assert shop.again(sub).cancel_at_period_end
    shop.standin.page(path, make="lanjut", langganan=sub.id)
    assert not shop.again(sub).cancel_at_period_end


# --- webhooks, restarts -------------------------------------------------------------------------


def test_webhooks_are_signed_and_come_again_until_accepted(
    new_standin: Callable[..., Standin], receiver: Receiver
) -> None:
    receiver.answers = [500, 503]
    standin = new_standin(webhook=receiver.url)
    customer = standin.client.customers.create({"name": "Kota"})
    standin.settled()
    assert receiver.types() == ["customer.created"] * 3
    for body, signature in receiver.got:
        event = stripe.Webhook.construct_event(body, signature, SECRET)
        assert event.data.object["id"] == customer.id
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body, signature, "whsec_other")
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body + b" ", signature, SECRET)
    name = standin.client.events.list().data[0].id
    standin.page("/kirim-ulang", event=name)
    standin.settled()
    assert len(receiver.got) == 4
    standin.client.customers.update(customer.id, {"name": "Kota Bontang"})
    standin.settled()
    last = stripe.Webhook.construct_event(*receiver.got[-1], SECRET)
    assert last.data.previous_attributes.to_dict() == {"name": "Kota"}


def test_a_restart_goes_on_where_it_was(new_standin: Callable[..., Standin]) -> None:
    standin = new_standin()
    shop = Shop(standin)
    sub = shop.card_subscription()
    standin.advance(10)
    now = re.findall(r"<strong>([^<]+)", standin.page("/")[1])[0]
    standin.stop(signal.SIGKILL)
    standin.start()
    assert re.findall(r"<strong>([^<]+)", standin.page("/")[1])[0] == now
    assert shop.again(sub).status == "active"
    standin.advance(22)
    assert len(shop.api.invoices.list({"subscription": sub.id}).data) == 2


def test_the_module_style_of_the_library_works_too(standin: Standin) -> None:
    before = stripe.api_base, stripe.api_key
    stripe.api_base, stripe.api_key = standin.base, KEY
    try:
        made = stripe.Customer.create(name="Kota")
        assert stripe.Customer.retrieve(made.id).name == "Kota"
    finally:
        stripe.api_base, stripe.api_key = before
