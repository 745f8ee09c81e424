"""What the stand-in remembers: charges, what was paid, and the faults somebody ordered."""

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

WIB = timezone(timedelta(hours=7))  # Midtrans tells times of Jakarta without a zone


@dataclass
class Charge:
    """One charge, of whichever provider."""

    provider: str
    reference: str
    amount: int
    way: str
    key: str  # the secret it was asked with
    expires_at: datetime
    id: str = ""
    method: str = ""  # of Xendit: the id of its payment method
    qr: str = ""
    account: str = ""
    state: str = "pending"  # paid, expired, cancelled
    paid_at: datetime | None = None
    refunds: dict[str, int] = field(default_factory=dict)  # by key
    notify: str = ""  # told besides the address of the dashboard


@dataclass
class Fault:
    """What goes wrong with the next calls to a path that holds ``part``."""

    part: str
    kind: str  # "lost": worked, no answer. "error": 500, nothing done. "late": 500 after the work
    times: int = 1


class World:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.charges: dict[str, Charge] = {}
        self.faults: list[Fault] = []
        self.calls: list[str] = []
        self.webhooks: dict[str, str] = {}  # by provider
        self.callback_token = ""

    def fault(self, path: str) -> str:
        """The fault of this call, used up; "" where it goes well."""
        with self.lock:
            for fault in self.faults:
                if fault.part in path and fault.times:
                    fault.times -= 1
                    return fault.kind
            return ""

    def make(
        self, provider: str, reference: str, amount: int, way: str, key: str, until: datetime
    ) -> Charge:
        made = Charge(provider, reference, amount, way, key, until)
        made.id = secrets.token_hex(16) if provider == "midtrans" else f"pr-{secrets.token_hex(12)}"
        made.method = f"pm-{secrets.token_hex(12)}"
        if way == "qris":
            made.qr = f"00020101021226{len(reference):02d}{reference}5204912253033605405{amount}"
        else:
            digits = int(hashlib.sha256(reference.encode()).hexdigest(), 16) % 10**12
            made.account = f"8808{digits:012d}"
        self.charges[reference] = made
        return made

    def current(self, reference: str) -> Charge | None:
        """A charge as it is now: one whose time is over has expired."""
        found = self.charges.get(reference)
        if found is not None and found.state == "pending" and found.expires_at < _now():
            found.state = "expired"
        return found

    def pay(self, reference: str) -> bool:
        """Somebody pays at their bank."""
        with self.lock:
            found = self.current(reference)
            if found is None or found.state != "pending":
                return False
            found.state, found.paid_at = "paid", _now()
            return True


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def jakarta(moment: datetime) -> str:
    return moment.astimezone(WIB).strftime("%Y-%m-%d %H:%M:%S")


def zulu(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Answer = tuple[int, Any]
