"""Midtrans, Core API v2: QRIS and virtual accounts."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from services.payments.providers import (
    Account,
    Asked,
    Forged,
    NoAnswer,
    Refused,
    Seen,
    Setting,
    State,
    Way,
    providers,
)
from services.payments.providers.http import basic, call

WIB = ZoneInfo("Asia/Jakarta")  # its times have no zone
_STATES = {
    "pending": State.PENDING, "settlement": State.PAID, "capture": State.PAID,
    "refund": State.PAID, "partial_refund": State.PAID, "expire": State.EXPIRED,
    "cancel": State.CANCELLED, "deny": State.FAILED, "failure": State.FAILED,
}  # fmt: skip
_REFUNDED = ("refund", "partial_refund")
_REFUNDABLE = ("settlement", "capture", *_REFUNDED)


class Midtrans:
    label = "Midtrans"
    settings: tuple[Setting, ...] = (Setting("server_key", "Server key"),)
    ways: tuple[Way, ...] = (
        Way("qris", "QRIS"),
        Way("va:bca", "Virtual account BCA"),
        Way("va:bni", "Virtual account BNI"),
        Way("va:bri", "Virtual account BRI"),
    )
    bases: Mapping[str, str] = {
        "sandbox": "https://api.sandbox.midtrans.com",
        "production": "https://api.midtrans.com",
    }
    can_refund = True

    def charge(self, account: Account, asked: Asked) -> Seen:
        body: dict[str, Any] = {
            "transaction_details": {"order_id": asked.reference, "gross_amount": asked.amount},
            "custom_expiry": {"expiry_duration": asked.minutes, "unit": "minute"},
        }
        kind, _, bank = asked.way.partition(":")
        if kind == "qris":
            body |= {"payment_type": "qris", "qris": {"acquirer": "gopay"}}
        else:
            body |= {"payment_type": "bank_transfer", "bank_transfer": {"bank": bank}}
        more = {"X-Append-Notification": asked.notify}
        code, answer = self._call(account, "POST", "/v2/charge", body, more)
        if code == 406:  # known by this reference already
            return self.status(account, asked.reference)
        if code not in (200, 201):
            raise Refused(_said(answer))
        return _seen(answer)

    def status(self, account: Account, reference: str) -> Seen:
        code, answer = self._call(account, "GET", f"/v2/{reference}/status")
        if code == 404:
            return Seen(State.ABSENT)
        if code not in (200, 201, 202, 407):
            raise NoAnswer(_said(answer))
        return _seen(answer)

    def cancel(self, account: Account, reference: str) -> None:
        code, answer = self._call(account, "POST", f"/v2/{reference}/cancel")
        if code not in (200, 404, 412):
            raise Refused(_said(answer))

    def refund(self, account: Account, reference: str, key: str, amount: int, reason: str) -> str:
        body = {"refund_key": key, "amount": amount, "reason": reason[:100]}
        path = f"/v2/{reference}/refund/online/direct"
        code, answer = self._call(account, "POST", path, body)
        if code not in (200, 201):
            raise Refused(_said(answer))
        return str(answer.get("refund_key", key))

    def has_refunded(self, account: Account, reference: str, key: str) -> bool:
        code, answer = self._call(account, "GET", f"/v2/{reference}/status")
        told, refunds = str(answer.get("transaction_status")), answer.get("refunds")
        if code not in (200, 201) or told not in _REFUNDABLE:
            raise NoAnswer(f"status {code}, transaction_status {told[:20]}")
        if told in _REFUNDED and not isinstance(refunds, list):
            raise NoAnswer("no list of refunds")
        return any(isinstance(one, dict) and one.get("refund_key") == key for one in refunds or [])

    def verify_notification(self, account: Account, headers: Mapping[str, str], body: bytes) -> str:
        try:
            told = json.loads(body)
            reference = str(told["order_id"])
            signed = f"{reference}{told['status_code']}{told['gross_amount']}"
            given = str(told["signature_key"])
        except (ValueError, KeyError, TypeError):
            raise Forged from None
        wanted = hashlib.sha512(f"{signed}{account.keys['server_key']}".encode()).hexdigest()
        if not hmac.compare_digest(wanted, given.lower()):
            raise Forged
        return reference

    def _call(
        self, account: Account, method: str, path: str, body: Mapping[str, Any] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:  # fmt: skip
        """The status code that the answer itself says: the one of HTTP is mostly 200."""
        headers = {"Authorization": basic(account.keys["server_key"]), **(more or {})}
        status, answer = call(method, f"{account.base}{path}", headers=headers, body=body)
        if not isinstance(answer, dict):
            raise NoAnswer("no object")
        told = str(answer.get("status_code", status))
        code = int(told) if told.isdecimal() else status
        if code >= 500:
            raise NoAnswer(f"status {code}")
        return code, answer


def _said(answer: Mapping[str, Any]) -> str:
    return str(answer.get("status_message", ""))[:200]


def _seen(answer: Mapping[str, Any]) -> Seen:
    numbers = answer.get("va_numbers") or [{}]
    state = _STATES.get(str(answer.get("transaction_status")))
    if state is None:
        raise NoAnswer(f"transaction_status {str(answer.get('transaction_status'))[:20]}")
    return Seen(
        state=state,
        provider_id=str(answer.get("transaction_id", "")),
        amount=_rupiah(answer.get("gross_amount")),
        paid_at=_moment(answer.get("settlement_time") or answer.get("transaction_time"))
        if state is State.PAID
        else None,
        qr=str(answer.get("qr_string") or ""),
        account=str(numbers[0].get("va_number") or ""),
        expires_at=_moment(answer.get("expiry_time")),
    )


def _rupiah(text: object) -> int:
    """``"25000.00"`` as 25000."""
    try:
        return int(Decimal(str(text)))
    except (InvalidOperation, ValueError):
        return 0


def _moment(text: object) -> datetime | None:
    """``"2026-11-29 23:59:00"``."""
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=WIB)
    except ValueError:
        return None


providers.add("midtrans", Midtrans(), order=10)
