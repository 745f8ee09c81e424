"""Midtrans, Core API v2, as far as a city uses it."""

import hashlib
from datetime import timedelta
from typing import Any

from deploy.payments_standin.world import Answer, Charge, World, _now, jakarta

_STATES = {"pending": "pending", "paid": "settlement", "expired": "expire", "cancelled": "cancel"}
_CODES = {"pending": "201", "paid": "200", "expired": "407", "cancelled": "202"}


def answer(world: World, key: str, method: str, path: str, body: Any, notify: str = "") -> Answer:
    if not key:
        return 401, _said("401", "Access denied due to unauthorized transaction.")
    parts = path.strip("/").split("/")  # v2, order id or "charge", what
    if method == "POST" and parts[1:] == ["charge"]:
        return _charge(world, key, body, notify)
    found = world.current(parts[1]) if len(parts) > 2 else None
    if found is None or found.provider != "midtrans" or found.key != key:
        return 404, _said("404", "Transaction doesn't exist.")
    if method == "GET" and parts[2] == "status":
        return 200, told(found)
    if method == "POST" and parts[2] == "cancel":
        if found.state not in ("pending", "cancelled"):
            return 412, _said("412", "Transaction status cannot be updated.")
        found.state = "cancelled"
        return 200, told(found) | {"status_code": "200"}
    if method == "POST" and parts[2:] == ["refund", "online", "direct"]:
        return _refund(found, body)
    return 404, _said("404", "The requested resource is not found.")


def _charge(world: World, key: str, body: Any, notify: str) -> Answer:
    details = body.get("transaction_details") or {}
    reference, amount = str(details.get("order_id", "")), details.get("gross_amount")
    if not reference or len(reference) > 50 or not isinstance(amount, int) or amount < 1:
        return 400, _said("400", "One or more parameters in the payload is invalid.")
    if world.current(reference) is not None:
        return 406, _said("406", "The request could not be completed: order_id is taken.")
    kind = body.get("payment_type")
    bank = (body.get("bank_transfer") or {}).get("bank", "")
    if kind == "qris" and amount > 10_000_000:
        return 400, _said("400", "QRIS takes at most Rp 10,000,000.")
    if kind != "qris" and not (kind == "bank_transfer" and bank in ("bca", "bni", "bri")):
        return 400, _said("400", "Payment type is not supported.")
    minutes = int((body.get("custom_expiry") or {}).get("expiry_duration", 15))
    until = _now() + timedelta(minutes=minutes)
    way = "qris" if kind == "qris" else f"va:{bank}"
    made = world.make("midtrans", reference, amount, way, key, until)
    made.notify = notify
    more: dict[str, Any] = {"status_message": "Transaction is created"}
    if made.qr:  # the code stands in this answer alone, never in that of status
        more["qr_string"] = made.qr
        more["actions"] = [{"name": "generate-qr-code", "method": "GET", "url": made.id}]
    return 200, told(made) | more


def told(charge: Charge) -> dict[str, Any]:
    """A charge as status and notifications tell it."""
    refunded = sum(charge.refunds.values())
    state = _STATES[charge.state]
    if refunded:
        state = "refund" if refunded >= charge.amount else "partial_refund"
    found: dict[str, Any] = {
        "status_code": _CODES[charge.state],
        "status_message": "Success, transaction is found",
        "transaction_id": charge.id,
        "order_id": charge.reference,
        "gross_amount": f"{charge.amount}.00",
        "currency": "IDR",
        "payment_type": "qris" if charge.way == "qris" else "bank_transfer",
        "transaction_status": state,
        "expiry_time": jakarta(charge.expires_at),
    }
    if charge.account:
        bank = charge.way.partition(":")[2]
        found["va_numbers"] = [{"bank": bank, "va_number": charge.account}]
    if refunded:
        found["refund_amount"] = f"{refunded}.00"
        found["refunds"] = [
            {"refund_key": key, "refund_amount": f"{amount}.00"}
            for key, amount in charge.refunds.items()
        ]
    if charge.paid_at is not None:
        found["settlement_time"] = jakarta(charge.paid_at)
    return found


def notification(charge: Charge, *, forged: bool = False) -> dict[str, Any]:
    """What is posted to the city, signed with its key."""
    found = told(charge)
    key = "not the key" if forged else charge.key
    text = f"{found['order_id']}{found['status_code']}{found['gross_amount']}{key}"
    return found | {"signature_key": hashlib.sha512(text.encode()).hexdigest()}


def _refund(charge: Charge, body: Any) -> Answer:
    key, amount = str(body.get("refund_key", "")), int(body.get("amount") or 0)
    left = charge.amount - sum(charge.refunds.values())
    if key in charge.refunds:
        return 200, told(charge) | {"status_code": "200", "refund_key": key}
    if charge.state != "paid" or not 0 < amount <= left:
        return 412, _said("412", "Transaction cannot be refunded.")
    charge.refunds[key] = amount
    return 200, told(charge) | {"status_code": "200", "refund_key": key}


def _said(code: str, words: str) -> dict[str, str]:
    return {"status_code": code, "status_message": words}
