"""A city's account as a customer of Stripe. Nothing is locked while Stripe answers."""

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


def ensure(account_id: int) -> str:
    """The customer's id: made when missing or deleted in Stripe, told what it does not know yet.

    Stripe is asked each time: a customer that was deleted there is found out by nothing else, and
    whoever wants to pay must not be refused for it. Details that change while Stripe is told are
    told again, so that the last ones stay there.
    """
    account = Account.objects.get(pk=account_id)
    while True:
        if not account.stripe_customer_id:
            _make(account)
        told = account.version
        try:
            gateway.update_customer(str(account.stripe_customer_id), details(account))
        except gateway.Missing:  # deleted, another Stripe account, or an emptied stand-in
            _make(account)
            continue
        mine = Account.objects.filter(pk=account_id, version=told)
        if mine.update(synced_version=told):
            assert account.stripe_customer_id is not None
            return account.stripe_customer_id
        account.refresh_from_db()


def _make(account: Account) -> None:
    """The same key however often it is tried: neither a crash nor a second caller makes two."""
    before = account.stripe_customer_id
    born = int(account.created_at.timestamp())
    key = f"customer:{settings.BASE_DOMAIN}:{account.pk}:{born}:{before or ''}"
    made = gateway.create_customer(about=about(account), key=key)
    Account.objects.filter(pk=account.pk, stripe_customer_id=before).update(stripe_customer_id=made)
    account.refresh_from_db()
