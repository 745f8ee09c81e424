"""Our rows as Stripe has them now: fetch, then write. The only writer of mirrored rows.

Nothing is locked while Stripe answers. ``fresh`` notes the account's ``mirror_version``, fetches,
and writes with the account locked only if nobody else has written since; else it fetches again.
So whoever writes last has fetched last: neither the order nor the number of events matters.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction

from billing import gateway
from billing.models import Account, Invoice, PlanPrice, Subscription
from billing.stripe_objects import InvoiceSeen, SubscriptionSeen
from kernel.clock import now
from tenants.backend.scope import in_public

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


@dataclass(frozen=True, slots=True)
class Fetched:
    """What Stripe says of one account; only what was asked for."""

    subscriptions: tuple[SubscriptionSeen, ...] = ()
    invoices: tuple[InvoiceSeen, ...] = ()
    deleted_drafts: tuple[str, ...] = ()
    refunds: tuple[tuple[int, int], ...] = ()  # our invoice's id, rupiah given back


def subscription_of(account: Account, subscription_id: str) -> Fetched:
    """One subscription; nothing when it is another customer's."""
    found = gateway.subscription(subscription_id)
    return Fetched((found,)) if found.customer == account.stripe_customer_id else Fetched()


def invoice_of(account: Account, invoice_id: str) -> Fetched:
    """One invoice and its subscription; nothing when it is another customer's."""
    try:
        found = gateway.invoice(invoice_id)
    except gateway.Missing:
        return Fetched(deleted_drafts=(invoice_id,))
    if found.customer != account.stripe_customer_id:
        return Fetched()
    its = subscription_of(account, found.subscription) if found.subscription else Fetched()
    return Fetched(its.subscriptions, (found,))


def refunds_of(account: Account, since: datetime) -> Fetched:
    """What was given back, here or in Stripe's dashboard, of invoices paid since then."""
    paid = account.invoices.filter(paid_at__gte=since).exclude(payment_intent="")
    return refunds_of_invoices(paid)


def refunds_of_invoices(invoices: Iterable[Invoice]) -> Fetched:
    return Fetched(
        refunds=tuple((one.pk, gateway.refunded(one.payment_intent)) for one in invoices)
    )


def everything_of(account: Account) -> Fetched:
    """All subscriptions and invoices: after a payment page, or by hand."""
    if not account.stripe_customer_id:
        return Fetched()
    return Fetched(
        tuple(gateway.subscriptions(account.stripe_customer_id)),
        tuple(gateway.invoices(account.stripe_customer_id)),
    )


def write(account: Account, found: Fetched) -> None:
    """Write what was fetched. Call with the account locked, through ``fresh``."""
    for subscription in found.subscriptions:
        put_subscription(account, subscription)
    for invoice in found.invoices:
        put_invoice(account, invoice)
    for draft in found.deleted_drafts:
        Invoice.objects.filter(stripe_id=draft, status="draft").update(status="void")
    for invoice_id, back in found.refunds:
        Invoice.objects.filter(pk=invoice_id).exclude(refunded=back).update(refunded=back)


T = TypeVar("T")
R = TypeVar("R")
ROUNDS = 6  # of fetching anew because somebody else wrote meanwhile


def fresh(account_id: int, fetch: Callable[[Account], T], then: Callable[[Account, T], R]) -> R:
    """Fetch without a lock; ``then`` writes it with the account locked, in one transaction.

    What ``fetch`` found is as new as anything that was written before. Raises what ``fetch``
    raises, and Unavailable when others keep writing in between.
    """
    for _ in range(ROUNDS):
        with in_public():
            account = Account.objects.get(pk=account_id)
        found = fetch(account)
        with in_public(), transaction.atomic():
            held = lock(account_id)
            if held.mirror_version == account.mirror_version:
                held.mirror_version += 1
                held.save(update_fields=["mirror_version"])
                return then(held, found)
    raise gateway.Unavailable
