"""Xendit, Payments API: virtual accounts."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

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

_STATES = {
    "PENDING": State.PENDING, "REQUIRES_ACTION": State.PENDING,
    "AWAITING_CAPTURE": State.PENDING, "SUCCEEDED": State.PAID, "FAILED": State.FAILED,
    "CANCELED": State.CANCELLED, "EXPIRED": State.EXPIRED,
}  # fmt: skip


class Xendit:
    label = "Xendit"
    settings: tuple[Setting, ...] = (
        Setting("secret_key", "Secret API key"),
        Setting("callback_token", "Callback verification token"),
    )
    ways: tuple[Way, ...] = (
        Way("va:mandiri", "Virtual account Mandiri"),
        Way("va:bsi", "Virtual account BSI"),
        Way("va:permata", "Virtual account Permata"),
    )
    bases: Mapping[str, str] = {
        "sandbox": "https://api.xendit.co",
        "production": "https://api.xendit.co",
    }
    can_refund = False  # banks take no money back through a virtual account

    def charge(self, account: Account, asked: Asked) -> Seen:
        bank = asked.way.partition(":")[2].upper()
        virtual = {
            "channel_code": bank,
            "channel_properties": {
                "customer_name": asked.payee[:50],
                "expires_at": asked.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        }
        body = {
            "currency": "IDR",
            "amount": asked.amount,
            "reference_id": asked.reference,
            "payment_method": {
                "type": "VIRTUAL_ACCOUNT",
                "reusability": "ONE_TIME_USE",
                "reference_id": asked.reference,
                "virtual_account": virtual,
            },
        }
        status, answer = self._call(
            account, "POST", "/payment_requests", body, {"Idempotency-key": asked.reference}
        )
        if status == 409:  # known by this reference already
            return self.status(account, asked.reference)
        if status not in (200, 201, 202):
            raise Refused(_said(answer))
        return _seen(answer)

    def status(self, account: Account, reference: str) -> Seen:
        found = self._find(account, reference)
        return Seen(State.ABSENT) if found is None else _seen(found)

    def cancel(self, account: Account, reference: str) -> None:
        found = self._find(account, reference)
        if found is None or _seen(found).state is not State.PENDING:
            return
        method = str((found.get("payment_method") or {}).get("id", ""))
        status, answer = self._call(account, "POST", f"/payment_methods/{method}/expire", {})
        if status not in (200, 400, 404, 409):
            raise Refused(_said(answer))

    def refund(self, account: Account, reference: str, key: str, amount: int, reason: str) -> str:
        raise Refused("Virtual account tidak bisa dikembalikan lewat penyedia.")

    def has_refunded(self, account: Account, reference: str, key: str) -> bool:
        return False

    def verify_notification(self, account: Account, headers: Mapping[str, str], body: bytes) -> str:
        given = headers.get("x-callback-token", "")
        if not hmac.compare_digest(given.encode(), account.keys["callback_token"].encode()):
            raise Forged
        try:
            return str(json.loads(body)["data"]["reference_id"])
        except (ValueError, KeyError, TypeError):
            raise Forged from None

    def _find(self, account: Account, reference: str) -> dict[str, Any] | None:
        path = f"/payment_requests?reference_id={quote(reference)}"
        status, answer = self._call(account, "GET", path)
        if status == 404:
            return None
        if status != 200:
            raise NoAnswer(_said(answer))
        found = [one for one in answer.get("data") or [] if one.get("reference_id") == reference]
        return found[0] if found else None

    def _call(
        self, account: Account, method: str, path: str, body: Mapping[str, Any] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:  # fmt: skip
        headers = {"Authorization": basic(account.keys["secret_key"]), **(more or {})}
        status, answer = call(method, f"{account.base}{path}", headers=headers, body=body)
        if not isinstance(answer, dict):
            raise NoAnswer("no object")
        return status, answer


def _said(answer: Mapping[str, Any]) -> str:
    return str(answer.get("message", ""))[:200]


def _seen(answer: Mapping[str, Any]) -> Seen:
    state = _STATES.get(str(answer.get("status")))
    if state is None:
        raise NoAnswer(f"status {str(answer.get('status'))[:20]}")
    virtual = (answer.get("payment_method") or {}).get("virtual_account") or {}
    properties = virtual.get("channel_properties") or {}
    return Seen(
        state=state,
        provider_id=str(answer.get("id", "")),
        amount=int(answer.get("amount") or 0),
        paid_at=_moment(answer.get("updated")) if state is State.PAID else None,
        account=str(properties.get("virtual_account_number") or ""),
        expires_at=_moment(properties.get("expires_at")),
    )


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


providers.add("xendit", Xendit(), order=20)
