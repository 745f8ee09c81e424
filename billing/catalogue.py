"""The plans in Stripe: products, prices, tax rate, portal. Safe to repeat at any time.

Stripe is asked, never trusted to be as our rows remember: a lost row, another Stripe account or a
stand-in that was emptied only means that more has to be made.
"""

from django.db import transaction

from billing import gateway_catalogue, plans
from billing.models import PlanPrice, RemoteObject
from billing.plans import INTERVALS, Interval, Plan
from billing.rules import from_stripe_amount
from kernel.rupiah import format_rupiah
from tenants.backend.scope import in_public

TAX, PORTAL = "ppn", "portal"


def lookup_key(plan: str, interval: str) -> str:
    """The name under which Stripe keeps today's price."""
    return f"balai-{plan}-{interval}"


def sync() -> list[str]:
    """Bring Stripe to the plans of the file; what was done, in words. Raises StripeTrouble."""
    said: list[str] = []
    with in_public():
        _keep(TAX, gateway_catalogue.put_tax_rate())
        _keep(PORTAL, gateway_catalogue.put_portal_configuration())
        for plan in plans.plans():
            said += _sync_plan(plan)
        offered = [plan.code for plan in plans.plans()]
        for row in PlanPrice.objects.filter(is_current=True).exclude(plan__in=offered):
            gateway_catalogue.retire_price(row.stripe_price_id)
            PlanPrice.objects.filter(pk=row.pk).update(is_current=False)
            said.append(f"{row.plan}/{row.interval}: tidak dijual lagi")
    return said


def _sync_plan(plan: Plan) -> list[str]:
    known = {i: gateway_catalogue.price_by_lookup(lookup_key(plan.code, i)) for i in INTERVALS}
    product = next((found[1] for found in known.values() if found), "")
    product = gateway_catalogue.put_product(
        product=product or gateway_catalogue.product_of(plan.code),
        plan=plan.code,
        name=f"Balai {plan.name}",
        description=plan.meant_for,
    )
    said = []
    for interval in INTERVALS:
        found, rupiah = known[interval], plan.price(interval)
        if found is not None and from_stripe_amount(found[2]) == rupiah:
            price = found[0]
        else:
            price = gateway_catalogue.create_price(
                product=product,
                plan=plan.code,
                interval=interval,
                rupiah=rupiah,
                lookup_key=lookup_key(plan.code, interval),
                before=found[0] if found else "",
                remembered=_remembered(plan.code, interval),
            )
            said.append(f"{plan.code}/{interval}: harga baru {format_rupiah(rupiah)}")
        _keep_price(plan.code, interval, rupiah, product, price)
    return said


def _remembered(plan: str, interval: Interval) -> str:
    row = PlanPrice.objects.filter(plan=plan, interval=interval, is_current=True).first()
    return row.stripe_price_id if row is not None else ""


def _keep_price(plan: str, interval: Interval, rupiah: int, product: str, price: str) -> None:
    with transaction.atomic():
        PlanPrice.objects.filter(plan=plan, interval=interval).exclude(
            stripe_price_id=price
        ).update(is_current=False)
        PlanPrice.objects.update_or_create(
            stripe_price_id=price,
            defaults={
                "plan": plan,
                "interval": interval,
                "rupiah": rupiah,
                "stripe_product_id": product,
                "is_current": True,
            },
        )


def _keep(name: str, stripe_id: str) -> None:
    RemoteObject.objects.update_or_create(name=name, defaults={"stripe_id": stripe_id})


def price_id(plan: Plan, interval: Interval) -> str:
    """Stripe's price for a plan, made when there is none yet. Raises StripeTrouble."""

    def known() -> str | None:
        return (
            PlanPrice.objects.filter(
                plan=plan.code, interval=interval, is_current=True, rupiah=plan.price(interval)
            )
            .values_list("stripe_price_id", flat=True)
            .first()
        )

    with in_public():
        found = known()
        if found is None or not remote(TAX):
            sync()
            found = known()
    assert found is not None
    return found


def remote(name: str) -> str:
    """The Stripe id of something we keep one of; "" before the first ``sync``."""
    with in_public():
        found = RemoteObject.objects.filter(name=name).values_list("stripe_id", flat=True).first()
    return found or ""
