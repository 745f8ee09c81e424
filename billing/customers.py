"""A city's account as a customer of Stripe. Call with the account locked."""

from django.conf import settings

from billing import gateway
from billing.models import Account
from billing.rules import pretty_npwp

MOST = 140  # characters of a custom field; its name may have 40


def about(account: Account) -> dict[str, str]:
    """How we recognise what is ours in Stripe."""
    return {
        "balai": settings.BASE_DOMAIN,
        "account": str(account.pk),
        "kode": account.city_code,
    }


def custom_fields(account: Account) -> list[dict[str, str]]:
    """What a treasurer looks for on an invoice; Stripe prints up to four."""
    official = ", ".join(part for part in (account.official_name, account.official_post) if part)
    rows = [
        ("NPWP", pretty_npwp(account.npwp)),
        ("Nomor pesanan", account.purchase_reference),
        ("Pejabat", official),
    ]
    return [{"name": name, "value": value[:MOST]} for name, value in rows if value]


def details(account: Account) -> dict[str, object]:
    """Everything Stripe is told about an account."""
    told: dict[str, object] = {
        "name": account.name,
        "preferred_locales": ["id"],
        "metadata": about(account),
        "invoice_settings": {"custom_fields": custom_fields(account) or ""},
    }
    # Stripe unsets no contact by an empty text: one that was taken out stays there, unused.
    told |= {key: text for key in ("email", "phone") if (text := getattr(account, key))}
    if account.address:
        told["address"] = {"line1": account.address, "country": "ID"}
    return told


def ensure(account: Account) -> str:
    """The customer's id: made when missing or deleted in Stripe, told what it does not know yet.

    Stripe is asked each time: a customer that was deleted there is found out by nothing else, and
    whoever wants to pay must not be refused for it.
    """
    if not account.stripe_customer_id:
        _make(account, "")
    try:
        gateway.update_customer(str(account.stripe_customer_id), details(account))
    except gateway.Missing:  # deleted, another Stripe account, or an emptied stand-in
        _make(account, str(account.stripe_customer_id))
        gateway.update_customer(str(account.stripe_customer_id), details(account))
    account.synced_version = account.version
    account.save(update_fields=["stripe_customer_id", "synced_version"])
    assert account.stripe_customer_id is not None
    return account.stripe_customer_id


def _make(account: Account, instead_of: str) -> None:
    """The same key however often it is tried: a crash before our commit makes no second one."""
    born = int(account.created_at.timestamp())
    key = f"customer:{settings.BASE_DOMAIN}:{account.pk}:{born}:{instead_of}"
    account.stripe_customer_id = gateway.create_customer(about=about(account), key=key)
    account.save(update_fields=["stripe_customer_id"])
