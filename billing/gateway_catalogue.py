"""Plans, prices, taxes and the portal, as Stripe keeps them."""

from billing import stripe_objects
from billing.gateway import PAGE_SIZE, _api, _raw, key_of
from billing.rules import PPN_PERCENT, PPN_WORDS, to_stripe_amount


def price_by_lookup(lookup_key: str) -> tuple[str, str, int] | None:
    """Price, product and Stripe amount under a lookup key; None when there is none."""
    with _api() as api:
        found = _raw(api.prices.list({"lookup_keys": [lookup_key], "active": True, "limit": 1}))
    for raw in found.get("data") or []:
        return str(raw["id"]), stripe_objects.identity(raw["product"]), int(raw["unit_amount"] or 0)
    return None


def product_of(plan: str) -> str:
    """The product made for a plan; "" when there is none."""
    with _api() as api:
        for found in api.products.list({"active": True, "limit": PAGE_SIZE}).auto_paging_iter():
            raw = _raw(found)
            if stripe_objects.metadata(raw).get("plan") == plan:
                return str(raw["id"])
    return ""


def put_product(*, product: str, plan: str, name: str, description: str) -> str:
    """Make a product, or give it its present words."""
    words = {"name": name, "description": description, "metadata": {"plan": plan}}
    with _api() as api:
        if product:
            return str(api.products.update(product, words | {"active": True}).id)
        key = key_of("product", words)
        return str(api.products.create(words, {"idempotency_key": key}).id)


def create_price(
    *,
    product: str,
    plan: str,
    interval: str,
    rupiah: int,
    lookup_key: str,
    before: str,
    remembered: str,
) -> str:
    """A price that takes the lookup key over from the one ``before``, which is sold no more.

    ``remembered`` is the price our rows name, which Stripe may have archived or never had.
    """
    params = {
        "product": product,
        "currency": "idr",
        "unit_amount": to_stripe_amount(rupiah),
        "recurring": {"interval": interval},
        "tax_behavior": "exclusive",
        "lookup_key": lookup_key,
        "transfer_lookup_key": True,
        "metadata": {"plan": plan},
    }
    # Back to an earlier amount, or after an archived price, is a new price too: the key names the
    # one it follows.
    key = key_of(f"price:{before or remembered}", params)
    with _api() as api:
        made = str(api.prices.create(params, {"idempotency_key": key}).id)
        if before:
            api.prices.update(before, {"active": False})
    return made


def retire_price(price: str) -> None:
    """Sell a price no more; who has it keeps it."""
    with _api() as api:
        api.prices.update(price, {"active": False})


def put_tax_rate() -> str:
    """The tax rate of today's PPN, made when missing. One whose percentage changed stays with
    the subscriptions that have it."""
    with _api() as api:
        for found in api.tax_rates.list({"active": True, "limit": PAGE_SIZE}).auto_paging_iter():
            raw = _raw(found)
            ours = stripe_objects.metadata(raw).get("balai") == "ppn"
            if ours and float(raw["percentage"]) == PPN_PERCENT and not raw["inclusive"]:
                return str(raw["id"])
        params = {
            "display_name": "PPN",
            "description": PPN_WORDS,
            "percentage": PPN_PERCENT,
            "inclusive": False,
            "country": "ID",
            "jurisdiction": "ID",
            "metadata": {"balai": "ppn"},
        }
        key = key_of("tax_rate", params)
        return str(api.tax_rates.create(params, {"idempotency_key": key}).id)


def put_portal_configuration() -> str:
    """What the customer portal offers: cards, receipts, contact. Plans are changed in Balai."""
    params = {
        "features": {
            "payment_method_update": {"enabled": True},
            "invoice_history": {"enabled": True},
            "customer_update": {"enabled": False},
            "subscription_cancel": {"enabled": False},
            "subscription_update": {"enabled": False},
        },
        "metadata": {"balai": "portal"},
    }
    with _api() as api:
        known = api.billing_portal.configurations.list({"active": True, "limit": PAGE_SIZE})
        for found in known.auto_paging_iter():
            raw = _raw(found)
            if stripe_objects.metadata(raw).get("balai") == "portal":
                return str(api.billing_portal.configurations.update(raw["id"], params).id)
        key = key_of("portal", params)
        return str(api.billing_portal.configurations.create(params, {"idempotency_key": key}).id)
