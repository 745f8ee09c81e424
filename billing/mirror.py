"""Our rows as Stripe has them now: fetch, then write. The only writer of mirrored rows.

Everybody holds the account's row while fetching and writing. So two workers with two events of one
subscription take turns, and whoever writes last has fetched last: neither the order nor the
number of events matters.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from billing import gateway
from billing.models import Account, Invoice, PlanPrice, Subscription
from billing.seen import InvoiceSeen, SubscriptionSeen
from kernel.clock import now

NOT_COPIED = {"id", "customer", "subscription", "item", "price", "plan"}


def lock(account_id: int) -> Account:
    """The account, held until the transaction ends."""
    if not connection.in_atomic_block:
        raise RuntimeError("an account is locked inside a transaction")
    return Account.objects.select_for_update().get(pk=account_id)


def whose(customer_id: str) -> Account | None:
    """The account behind a customer of Stripe; None for somebody else's customer.

    A customer whose making was interrupted before we wrote its number down is recognised by what
    Stripe keeps about it.
    """
    if not customer_id:
        return None
    known = Account.objects.filter(stripe_customer_id=customer_id).first()
    if known is not None:
        return known
    try:
        about = gateway.customer_about(customer_id)
    except gateway.Missing:
        return None
    if about.get("balai") != settings.BASE_DOMAIN or not about.get("account", "").isdigit():
        return None
    found = Account.objects.filter(pk=int(about["account"])).first()
    if found is None or found.stripe_customer_id:
        return None
    Account.objects.filter(pk=found.pk, stripe_customer_id=None).update(
        stripe_customer_id=customer_id
    )
    return found


def subscription_fields(found: SubscriptionSeen) -> dict[str, Any]:
    """A row's columns for what Stripe says."""
    ours = PlanPrice.objects.filter(stripe_price_id=found.price).first()
    values = {key: value for key, value in asdict(found).items() if key not in NOT_COPIED}
    return {
        **values,
        "item_id": found.item,
        "stripe_price_id": found.price,
        "plan": ours.plan if ours else found.plan,
    }


def put_subscription(
    account: Account, found: SubscriptionSeen, at: datetime | None = None
) -> Subscription:
    row, _ = Subscription.objects.update_or_create(
        stripe_id=found.id,
        defaults={"account": account, **subscription_fields(found), "seen_at": at or now()},
    )
    return row


def invoice_fields(found: InvoiceSeen) -> dict[str, Any]:
    """A row's columns for what Stripe says."""
    return {key: value for key, value in asdict(found).items() if key not in NOT_COPIED}


def put_invoice(account: Account, found: InvoiceSeen, at: datetime | None = None) -> Invoice:
    subscription = Subscription.objects.filter(stripe_id=found.subscription).first()
    row, _ = Invoice.objects.update_or_create(
        stripe_id=found.id,
        defaults={
            "account": account,
            "subscription": subscription,
            **invoice_fields(found),
            "seen_at": at or now(),
        },
    )
    return row


def refresh_subscription(account: Account, subscription_id: str) -> Subscription | None:
    """Fetch and write one subscription; None when it is another customer's."""
    found = gateway.subscription(subscription_id)
    if found.customer != account.stripe_customer_id:
        return None
    return put_subscription(account, found)


def refresh_invoice(account: Account, invoice_id: str) -> Invoice | None:
    """Fetch and write one invoice and its subscription; None when it is another customer's, or
    a draft that was deleted meanwhile."""
    try:
        found = gateway.invoice(invoice_id)
    except gateway.Missing:
        Invoice.objects.filter(stripe_id=invoice_id, status="draft").update(status="void")
        return None
    if found.customer != account.stripe_customer_id:
        return None
    if found.subscription:
        refresh_subscription(account, found.subscription)
    return put_invoice(account, found)


def refresh_refunds(account: Account, *, since: datetime) -> None:
    """What was given back, here or in Stripe's dashboard, of invoices paid since then."""
    for invoice in account.invoices.filter(paid_at__gte=since).exclude(payment_intent=""):
        back = gateway.refunded(invoice.payment_intent)
        if back != invoice.refunded:
            Invoice.objects.filter(pk=invoice.pk).update(refunded=back)


def refresh_account(account: Account) -> None:
    """Fetch and write everything of one account: after a payment page, or by hand."""
    if not account.stripe_customer_id:
        return
    for subscription in gateway.subscriptions(account.stripe_customer_id):
        put_subscription(account, subscription)
    for invoice in gateway.invoices(account.stripe_customer_id):
        put_invoice(account, invoice)
