"""The only module that talks to Stripe. What comes back is in ``billing.stripe_objects``.

Every call has a time limit and is repeated twice by the library when the network fails; calls
that make something carry an idempotency key, so that a repetition makes nothing twice. Errors:

    Unavailable   no key configured, network, Stripe's own trouble: try again later
    Declined      the bank said no
    Missing       Stripe does not know the object
    Refused       Stripe does not accept the request: ours to mend

All are RuleBroken with a message fit to show.
"""

import hashlib
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from billing import stripe_objects
from billing.rules import rounded_rupiah, to_stripe_amount
from billing.stripe_objects import EventSeen, InvoiceSeen, SubscriptionSeen
from kernel.errors import RuleBroken

if TYPE_CHECKING:
    import stripe

log = logging.getLogger(__name__)
logging.getLogger("stripe").setLevel(logging.WARNING)  # its INFO is two lines a call

SECONDS = (4.0, 15.0)  # to connect, to answer
RETRIES = 2
TOLERANCE = 300  # seconds a webhook's signature may be old
PAGE_SIZE = 100
ADDRESS = re.compile(r"\S+@\S+")  # a refusal may quote one; logs have none
INVOICE_PARTS = ["payments"]


class StripeTrouble(RuleBroken):
    """A call that did not succeed; nothing of ours has changed."""


class Unavailable(StripeTrouble):
    """Stripe cannot be reached, or no key is configured."""

    status = 503
    code = "pembayaran-terganggu"

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or "Layanan pembayaran sedang tidak dapat dihubungi. Tidak ada yang berubah; coba "
            "lagi beberapa menit lagi. Layanan warga berjalan seperti biasa."
        )


class NotConfigured(Unavailable):
    """This installation has no Stripe key."""

    def __init__(self) -> None:
        super().__init__(
            "Pembayaran lewat Stripe belum disiapkan di Balai ini. Hubungi pengelola Balai; "
            "layanan warga berjalan seperti biasa."
        )


class Declined(StripeTrouble):
    """The bank refused the payment."""

    code = "pembayaran-ditolak"


class Missing(StripeTrouble):
    """Stripe does not know this object."""

    status = 404


class Refused(StripeTrouble):
    """Stripe does not accept what we asked for."""


class Forged(StripeTrouble):
    """A webhook that Stripe did not sign."""

    status = 400


def is_configured() -> bool:
    """Whether there is a Stripe to talk to."""
    return bool(settings.STRIPE_API_KEY)


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> "stripe.StripeClient":
    import stripe  # slow to import: not at the start of every process

    return stripe.StripeClient(
        key,
        base_addresses={"api": base} if base else {},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=SECONDS),
    )


@contextmanager
def _api() -> Iterator[Any]:
    """The API's services; Stripe's errors come out as ours."""
    import stripe  # slow to import: not at the start of every process

    if not is_configured():
        raise NotConfigured
    try:
        yield _client(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE).v1
    except stripe.CardError as error:
        raise Declined(
            "Pembayaran ditolak oleh bank. Pakai kartu lain atau hubungi bank Anda, lalu coba lagi."
        ) from error
    except stripe.InvalidRequestError as error:
        log.error("Stripe refuses: %s (%s)", ADDRESS.sub("…@…", str(error)), error.param)
        if error.code == "resource_missing":
            raise Missing(
                "Data pembayaran ini tidak ditemukan di Stripe. Hubungi pengelola Balai."
            ) from error
        raise Refused(
            "Permintaan ini tidak diterima layanan pembayaran. Hubungi pengelola Balai."
        ) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        log.error("Stripe does not accept our key: %s", error)
        raise NotConfigured from error
    except stripe.IdempotencyError as error:
        log.error("Stripe saw this key with another request: %s", error)
        raise Refused("Permintaan ini sudah pernah dikirim. Muat ulang halaman ini.") from error
    except stripe.StripeError as error:
        log.warning("Stripe unavailable: %s", error)
        raise Unavailable from error


def key_of(what: str, params: Mapping[str, object]) -> str:
    """An idempotency key for exactly this request."""
    text = json.dumps(params, sort_keys=True, default=str)
    return f"{what}:{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def _raw(thing: Any) -> dict[str, Any]:
    found: dict[str, Any] = thing.to_dict(for_json=True)
    return found


# --- customers ----------------------------------------------------------------------------------


def create_customer(*, about: Mapping[str, str], key: str) -> str:
    """A customer that knows only whose it is; the details follow by ``update_customer``."""
    with _api() as api:
        made = api.customers.create({"metadata": dict(about)}, {"idempotency_key": key})
    return str(made.id)


def update_customer(customer: str, details: Mapping[str, object]) -> None:
    with _api() as api:
        api.customers.update(customer, dict(details))


def customer_about(customer: str) -> dict[str, str]:
    """The metadata of a customer; empty when it was deleted."""
    with _api() as api:
        raw = _raw(api.customers.retrieve(customer))
    return {} if raw.get("deleted") else stripe_objects.metadata(raw)


# --- subscriptions and invoices -----------------------------------------------------------------


def checkout(params: Mapping[str, object]) -> str:
    """The address of a new payment page; the customer's earlier ones stop accepting money, so
    two open tabs cannot make two subscriptions."""
    close_pages(str(params["customer"]))
    with _api() as api:
        # No key of ours: the library repeats the call under one of its own, and the answer to an
        # older, equal request would be a page that is closed by now.
        return str(api.checkout.sessions.create(dict(params)).url)


def close_pages(customer: str) -> None:
    """No payment page that a customer has open takes money any more."""
    with _api() as api:
        found = api.checkout.sessions.list(
            {"customer": customer, "status": "open", "limit": PAGE_SIZE}
        )
        for session in found.auto_paging_iter():
            api.checkout.sessions.expire(session.id)


def checkout_result(session: str) -> tuple[str, str]:
    """Customer and subscription of a checkout session; "" where there is none yet."""
    with _api() as api:
        raw = _raw(api.checkout.sessions.retrieve(session))
    return stripe_objects.identity(raw.get("customer")), stripe_objects.identity(
        raw.get("subscription")
    )


def portal(*, customer: str, configuration: str, return_url: str) -> str:
    """The address of Stripe's page for cards and receipts."""
    params: dict[str, object] = {"customer": customer, "return_url": return_url, "locale": "id"}
    if configuration:
        params["configuration"] = configuration
    with _api() as api:
        return str(api.billing_portal.sessions.create(params).url)


def create_subscription(params: Mapping[str, object], *, key: str) -> SubscriptionSeen:
    with _api() as api:
        made = api.subscriptions.create(dict(params), {"idempotency_key": key})
    return stripe_objects.subscription(_raw(made))


def update_subscription(
    subscription: str, params: Mapping[str, object], *, key: str
) -> SubscriptionSeen:
    with _api() as api:
        changed = api.subscriptions.update(subscription, dict(params), {"idempotency_key": key})
    return stripe_objects.subscription(_raw(changed))


def subscription(subscription_id: str) -> SubscriptionSeen:
    with _api() as api:
        return stripe_objects.subscription(_raw(api.subscriptions.retrieve(subscription_id)))


def invoice(invoice_id: str) -> InvoiceSeen:
    with _api() as api:
        return stripe_objects.invoice(
            _raw(api.invoices.retrieve(invoice_id, {"expand": INVOICE_PARTS}))
        )


def subscriptions(customer: str = "") -> Iterator[SubscriptionSeen]:
    """Every subscription, ended ones too; of one customer, if named."""
    params: dict[str, object] = {"status": "all", "limit": PAGE_SIZE}
    if customer:
        params["customer"] = customer
    with _api() as api:
        for found in api.subscriptions.list(params).auto_paging_iter():
            yield stripe_objects.subscription(_raw(found))


def invoices(customer: str = "", *, since: int = 0) -> Iterator[InvoiceSeen]:
    """Invoices made since a moment (Unix seconds); of one customer, if named."""
    params: dict[str, object] = {
        "limit": PAGE_SIZE,
        "created": {"gte": since},
        "expand": [f"data.{part}" for part in INVOICE_PARTS],
    }
    if customer:
        params["customer"] = customer
    with _api() as api:
        for found in api.invoices.list(params).auto_paging_iter():
            yield stripe_objects.invoice(_raw(found))


def preview_change(*, customer: str, subscription: str, item: str, price: str) -> InvoiceSeen:
    """The invoice a plan change would bring at once; nothing is changed."""
    params = {
        "customer": customer,
        "subscription": subscription,
        "subscription_details": {
            "items": [{"id": item, "price": price}],
            "proration_behavior": "always_invoice",
        },
    }
    with _api() as api:
        raw = _raw(api.invoices.create_preview(params))
    return stripe_objects.invoice({"id": "preview", "created": 0, **raw})


def refund(*, payment_intent: str, rupiah: int, reason: str, key: str) -> None:
    params = {
        "payment_intent": payment_intent,
        "amount": to_stripe_amount(rupiah),
        "metadata": {"reason": reason[:400]},
    }
    with _api() as api:
        api.refunds.create(params, {"idempotency_key": key})


def refunded(payment_intent: str) -> int:
    """Rupiah given back of a payment, or on its way back."""
    params: dict[str, object] = {"payment_intent": payment_intent, "limit": PAGE_SIZE}
    with _api() as api:
        found = [_raw(one) for one in api.refunds.list(params).auto_paging_iter()]
    kept = [one for one in found if one.get("status") not in ("failed", "canceled")]
    return rounded_rupiah(sum(int(one["amount"]) for one in kept))


# --- products, prices, tax, portal --------------------------------------------------------------


LONGEST = 64  # characters of an event's id, as billing.models keeps it

# --- webhooks -----------------------------------------------------------------------------------


def event_of(payload: bytes, signature: str) -> EventSeen:
    """The event in a webhook, if Stripe signed it lately. Raises Forged, NotConfigured."""
    import stripe  # slow to import: not at the start of every process

    if not settings.STRIPE_WEBHOOK_SECRET:
        raise NotConfigured
    try:
        text = payload.decode()
        stripe.WebhookSignature.verify_header(
            text, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE
        )
        found = stripe_objects.event(json.loads(text))
        texts = (found.id, found.type, found.object_type, found.object_id, found.customer)
        if len(found.id) > LONGEST or any("\x00" in text for text in texts):
            raise ValueError("an event that no table can hold")
        return found
    except (
        stripe.SignatureVerificationError, UnicodeDecodeError, KeyError, TypeError, ValueError,
        AttributeError, RecursionError, OverflowError,
    ) as error:  # fmt: skip
        raise Forged("Tanda tangan webhook tidak sah.") from error
