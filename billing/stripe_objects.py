"""What Stripe says, in our words: plain values out of the objects of its API (2026-10-28).

Period dates stand on a subscription's items; an invoice names its subscription below ``parent``
and its payments in a list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from billing.rules import rounded_rupiah

Raw = Mapping[str, Any]


def moment(seconds: object) -> datetime | None:
    """Stripe's Unix seconds as an aware moment."""
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None


def identity(value: object) -> str:
    """The id of something that may be expanded; "" for nothing."""
    if isinstance(value, str):
        return value
    return str(value["id"]) if isinstance(value, Mapping) else ""


def metadata(raw: Raw) -> dict[str, str]:
    return {str(key): str(value) for key, value in (raw.get("metadata") or {}).items()}


@dataclass(frozen=True, slots=True)
class SubscriptionSeen:
    """A subscription as Stripe has it now."""

    id: str
    customer: str
    status: str
    item: str
    price: str
    plan: str  # "" when the price is not one of ours
    interval: str
    rupiah: int
    collection_method: str
    days_until_due: int | None
    period_start: datetime | None
    period_end: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    ended_at: datetime | None
    started_at: datetime


def subscription(raw: Raw) -> SubscriptionSeen:
    items = (raw.get("items") or {}).get("data") or [{}]
    item: Raw = items[0]
    price: Raw = item.get("price") or {}
    recurring: Raw = price.get("recurring") or {}
    started = moment(raw.get("start_date")) or moment(raw.get("created"))
    assert started is not None
    period_end, cancel_at = moment(item.get("current_period_end")), moment(raw.get("cancel_at"))
    # Newer versions may say "at the period's end" by its date alone.
    at_end = bool(raw.get("cancel_at_period_end")) or (
        cancel_at is not None and cancel_at == period_end
    )
    return SubscriptionSeen(
        id=str(raw["id"]),
        customer=identity(raw.get("customer")),
        status=str(raw["status"]),
        item=str(item.get("id", "")),
        price=str(price.get("id", "")),
        plan=metadata(price).get("plan", ""),
        interval=str(recurring.get("interval", "")),
        rupiah=rounded_rupiah(int(price.get("unit_amount") or 0)),
        collection_method=str(raw.get("collection_method", "")),
        days_until_due=raw.get("days_until_due"),
        period_start=moment(item.get("current_period_start")),
        period_end=period_end,
        cancel_at_period_end=at_end,
        cancel_at=cancel_at,
        ended_at=moment(raw.get("ended_at")),
        started_at=started,
    )


@dataclass(frozen=True, slots=True)
class InvoiceSeen:
    """An invoice as Stripe has it now; rupiah."""

    id: str
    customer: str
    subscription: str
    number: str
    status: str
    reason: str
    collection_method: str
    subtotal: int
    tax: int
    total: int
    paid: int
    remaining: int
    was_attempted: bool
    payment_intent: str
    period_start: datetime | None
    period_end: datetime | None
    issued_at: datetime
    due_at: datetime | None
    paid_at: datetime | None
    next_attempt_at: datetime | None
    hosted_url: str
    pdf_url: str
    lines: list[dict[str, object]] = field(default_factory=list)


def invoice(raw: Raw) -> InvoiceSeen:
    parent: Raw = (raw.get("parent") or {}).get("subscription_details") or {}
    turns: Raw = raw.get("status_transitions") or {}
    issued = moment(turns.get("finalized_at")) or moment(raw.get("created"))
    assert issued is not None
    taxes = raw.get("total_taxes") or []
    return InvoiceSeen(
        id=str(raw["id"]),
        customer=identity(raw.get("customer")),
        subscription=identity(parent.get("subscription")),
        number=str(raw.get("number") or ""),
        status=str(raw.get("status") or "draft"),
        reason=str(raw.get("billing_reason") or ""),
        collection_method=str(raw.get("collection_method", "")),
        subtotal=rounded_rupiah(int(raw.get("subtotal") or 0)),
        tax=rounded_rupiah(sum(int(part.get("amount") or 0) for part in taxes)),
        total=rounded_rupiah(int(raw.get("total") or 0)),
        paid=rounded_rupiah(int(raw.get("amount_paid") or 0)),
        remaining=rounded_rupiah(int(raw.get("amount_remaining") or 0)),
        was_attempted=bool(raw.get("attempted")),
        payment_intent=_payment_intent(raw),
        period_start=moment(raw.get("period_start")),
        period_end=moment(raw.get("period_end")),
        issued_at=issued,
        due_at=moment(raw.get("due_date")),
        paid_at=moment(turns.get("paid_at")),
        next_attempt_at=moment(raw.get("next_payment_attempt")),
        hosted_url=str(raw.get("hosted_invoice_url") or ""),
        pdf_url=str(raw.get("invoice_pdf") or ""),
        lines=[_line(line) for line in (raw.get("lines") or {}).get("data") or []],
    )


def _payment_intent(raw: Raw) -> str:
    """What the invoice was paid with; "" when it was paid elsewhere, or not at all."""
    for payment in (raw.get("payments") or {}).get("data") or []:
        if payment.get("status") == "paid":
            return identity((payment.get("payment") or {}).get("payment_intent"))
    return ""


def _line(raw: Raw) -> dict[str, object]:
    period: Raw = raw.get("period") or {}
    since, until = moment(period.get("start")), moment(period.get("end"))
    return {
        "text": str(raw.get("description") or ""),
        "rupiah": rounded_rupiah(int(raw.get("amount") or 0)),
        "from": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
    }


@dataclass(frozen=True, slots=True)
class EventSeen:
    """A webhook whose signature was right. Its snapshot of the object is not looked at."""

    id: str
    type: str
    object_type: str
    object_id: str
    customer: str
    created_at: datetime


def event(raw: Raw) -> EventSeen:
    """Raises KeyError, TypeError or ValueError for what is no event."""
    about: Raw = raw["data"]["object"]
    created = moment(raw["created"])
    if created is None:
        raise ValueError("an event without a moment")
    kind = str(about.get("object") or "")
    customer = about.get("id") if kind == "customer" else about.get("customer")
    return EventSeen(
        id=str(raw["id"]),
        type=str(raw["type"]),
        object_type=kind,
        object_id=str(about.get("id") or ""),
        customer=identity(customer),
        created_at=created,
    )
