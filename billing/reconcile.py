"""Comparing Stripe with our rows. What differs is written down, then mended from Stripe."""

from datetime import datetime, timedelta

from django.db.models import Count, Model

from billing import catalogue, gateway, gateway_catalogue, lifecycle, mirror, plans
from billing.models import LIVE, Account, Invoice, PlanPrice, Reconciliation, Subscription
from billing.plans import INTERVALS
from billing.stripe_objects import InvoiceSeen, SubscriptionSeen
from tenants.backend.scope import in_public

LOOK_BACK = timedelta(days=120)
Difference = dict[str, object]


def reconcile(at: datetime, *, repair: bool = True) -> Reconciliation:
    """Compare every subscription, and every invoice of the last four months or still open.

    An object of ours that Stripe does not know is only reported: with a wrong key all of them
    would be such. Raises Unavailable.
    """
    with in_public():
        differences: list[Difference] = _prices() + _not_sold()
        if repair and any(one["field"] == "active" for one in differences):
            catalogue.sync()  # makes the price anew; old subscriptions keep theirs
        touched: set[int] = set()
        seen_subscriptions: set[str] = set()
        for subscription in gateway.subscriptions():
            account = mirror.whose(subscription.customer)
            if account is None:
                continue
            seen_subscriptions.add(subscription.id)
            found = _compare(account, "subscription", subscription.id, repair)
            differences += found
            touched |= {account.pk} if found else set()
        seen_invoices: set[str] = set()
        for invoice in gateway.invoices(since=int((at - LOOK_BACK).timestamp())):
            account = mirror.whose(invoice.customer)
            if account is None:
                continue
            seen_invoices.add(invoice.id)
            found = _compare(account, "invoice", invoice.id, repair)
            differences += found
            touched |= {account.pk} if found else set()
        differences += _only_ours(seen_subscriptions, seen_invoices, at)
        differences += _doubled()
        if repair:
            for account_id in touched:
                lifecycle.settle(account_id, at)
        return Reconciliation.objects.create(
            at=at,
            subscriptions=len(seen_subscriptions),
            invoices=len(seen_invoices),
            differences=differences,
            was_repaired=repair,
        )


def _compare(account: Account, kind: str, object_id: str, repair: bool) -> list[Difference]:
    """One object, fetched afresh: compared only with rows that nobody wrote meanwhile."""

    def fetch(_: Account) -> SubscriptionSeen | InvoiceSeen:
        if kind == "subscription":
            return gateway.subscription(object_id)
        return gateway.invoice(object_id)

    def compare(held: Account, theirs: SubscriptionSeen | InvoiceSeen) -> list[Difference]:
        row: Subscription | Invoice | None
        if isinstance(theirs, SubscriptionSeen):
            row = Subscription.objects.filter(stripe_id=object_id).first()
            found = _differing(object_id, row, mirror.subscription_fields(theirs))
            if found and repair:
                mirror.put_subscription(held, theirs)
        else:
            row = Invoice.objects.filter(stripe_id=object_id).first()
            found = _differing(object_id, row, mirror.invoice_fields(theirs))
            if found and repair:
                mirror.put_invoice(held, theirs)
        return found

    return mirror.fresh(account.pk, fetch, compare)


def _differing(object_id: str, row: Model | None, wanted: dict[str, object]) -> list[Difference]:
    if row is None:
        status = str(wanted["status"])
        return [{"object": object_id, "field": "", "ours": None, "theirs": status}]
    # Addresses of pages carry signatures that change; they are fetched with everything else.
    passing = {"hosted_url", "pdf_url", "next_attempt_at"}
    return [
        {"object": object_id, "field": name, "ours": str(getattr(row, name)), "theirs": str(value)}
        for name, value in sorted(wanted.items())
        if name not in passing and getattr(row, name) != value
    ]


def _only_ours(subscriptions: set[str], invoices: set[str], at: datetime) -> list[Difference]:
    live = Subscription.objects.filter(status__in=LIVE).exclude(stripe_id__in=subscriptions)
    recent = Invoice.objects.filter(
        status="open", issued_at__gte=at - LOOK_BACK + timedelta(days=2)
    ).exclude(stripe_id__in=invoices)
    rows = [*live.values_list("stripe_id", "status"), *recent.values_list("stripe_id", "status")]
    return [{"object": row, "field": "", "ours": status, "theirs": None} for row, status in rows]


def _doubled() -> list[Difference]:
    """Accounts with more than one running subscription: two payment pages were finished. Which of
    them to cancel and refund is the operator's to decide."""
    found = (
        Subscription.objects.filter(status__in=LIVE)
        .values("account__city_code")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
    )
    return [
        {
            "object": row["account__city_code"],
            "field": "subscriptions",
            "ours": "1",
            "theirs": str(row["count"]),
        }
        for row in found
    ]


def _prices() -> list[Difference]:
    """Plans whose price in the file is not the one being sold: `manage sync_plans` is due."""
    found: list[Difference] = []
    for plan in plans.plans():
        for interval in INTERVALS:
            row = PlanPrice.objects.filter(
                plan=plan.code, interval=interval, is_current=True
            ).first()
            if row is None or row.rupiah != plan.price(interval):
                found.append(
                    {
                        "object": f"{plan.code}/{interval}",
                        "field": "rupiah",
                        "ours": str(plan.price(interval)),
                        "theirs": str(row.rupiah) if row else None,
                    }
                )
    return found


def _not_sold() -> list[Difference]:
    """Prices we offer that Stripe sells no more: somebody archived them there. Without a new one
    every change to that plan is refused."""
    return [
        {
            "object": f"{row.plan}/{row.interval}",
            "field": "active",
            "ours": "True",
            "theirs": "False",
        }
        for row in PlanPrice.objects.filter(is_current=True).order_by("plan", "interval")
        if gateway_catalogue.price_by_lookup(catalogue.lookup_key(row.plan, row.interval)) is None
    ]
