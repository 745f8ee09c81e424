"""Xendit's Payments API, as far as a city uses it: virtual accounts."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from deploy.payments_standin.world import Answer, Charge, World, zulu

_STATES = {
    "pending": "PENDING", "paid": "SUCCEEDED", "expired": "EXPIRED", "cancelled": "EXPIRED",
}  # fmt: skip
BANKS = ("MANDIRI", "BSI", "PERMATA")


def answer(world: World, key: str, method: str, path: str, query: str, body: Any) -> Answer:
    if not key:
        return 401, _said("INVALID_API_KEY", "API key format is invalid")
    if path == "/payment_requests" and method == "POST":
        return _charge(world, key, body)
    if path == "/payment_requests":
        wanted = parse_qs(query).get("reference_id", [""])[0]
        found = world.current(wanted)
        mine = found is not None and found.provider == "xendit" and found.key == key
        return 200, {"data": [told(found)] if mine and found is not None else []}
    parts = path.strip("/").split("/")
    if method == "POST" and len(parts) == 3 and parts[0::2] == ["payment_methods", "expire"]:
        one = next((c for c in world.charges.values() if c.method == parts[1]), None)
        if one is None or one.key != key:
            return 404, _said("DATA_NOT_FOUND", "Payment method is not found")
        if one.state != "pending":
            return 400, _said("INVALID_PAYMENT_METHOD", "It is not active")
        one.state = "cancelled"
        return 200, {"id": one.method, "status": "EXPIRED"}
    return 404, _said("NOT_FOUND", "Not found")


def _charge(world: World, key: str, body: Any) -> Answer:
    reference, amount = str(body.get("reference_id", "")), body.get("amount")
    method = body.get("payment_method") or {}
    virtual = method.get("virtual_account") or {}
    properties = virtual.get("channel_properties") or {}
    bank = str(virtual.get("channel_code", ""))
    wrong = (
        body.get("currency") != "IDR" or not reference or not isinstance(amount, int)
        or amount < 10_000 or bank not in BANKS or not properties.get("customer_name")
        or method.get("type") != "VIRTUAL_ACCOUNT" or method.get("reusability") != "ONE_TIME_USE"
    )  # fmt: skip
    if wrong:
        return 400, _said("API_VALIDATION_ERROR", "There are errors in the request body")
    known = world.current(reference)
    if known is not None:
        return 409, _said("DUPLICATE_ERROR", "reference_id is used already")
    assert isinstance(amount, int)
    until = datetime.fromisoformat(properties["expires_at"])
    made = world.make("xendit", reference, amount, f"va:{bank.lower()}", key, until)
    return 201, told(made)


def told(charge: Charge) -> dict[str, Any]:
    return {
        "id": charge.id,
        "reference_id": charge.reference,
        "currency": "IDR",
        "amount": charge.amount,
        "status": _STATES[charge.state],
        "updated": zulu(charge.paid_at) if charge.paid_at else zulu(charge.expires_at),
        "payment_method": {
            "id": charge.method,
            "type": "VIRTUAL_ACCOUNT",
            "reusability": "ONE_TIME_USE",
            "virtual_account": {
                "channel_code": charge.way.partition(":")[2].upper(),
                "channel_properties": {
                    "virtual_account_number": charge.account,
                    "expires_at": zulu(charge.expires_at),
                },
            },
        },
    }


def notification(charge: Charge) -> dict[str, Any]:
    """What is posted to the city; its token stands in a header."""
    event = "payment.succeeded" if charge.state == "paid" else "payment_method.expired"
    return {"event": event, "business_id": "standin", "data": told(charge)}


def _said(code: str, words: str) -> dict[str, str]:
    return {"error_code": code, "message": words}
