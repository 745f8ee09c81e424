"""Payment providers: one folder each, behind one port. What a provider's API looks like is known in
its folder alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from kernel.registry import Registry


class State(StrEnum):
    """What a provider says of a charge."""

    ABSENT = "absent"  # it never heard of it
    PENDING = "pending"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"


class NotSent(Exception):
    """The provider was not reached: surely nothing happened."""


class NoAnswer(Exception):
    """The provider was reached and gave no answer, or none that can be read: something may have
    happened."""


class Refused(Exception):
    """The provider said no; trying the same again cannot help."""


class Forged(Exception):
    """A notification that does not come from the provider."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay at a provider: ``qris``, or ``va:bca``."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Setting:
    """Something a city gets from its provider, and types once."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Account:
    """A city's account at a provider."""

    base: str  # where its API is
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A charge to be made. ``reference`` is our name of it: asked for twice it is one charge."""

    reference: str
    amount: int
    way: str
    minutes: int  # how long it may be paid
    expires_at: datetime
    notify: str  # where the provider tells what became of it
    payee: str  # shown at the bank: the government, never the payer


@dataclass(frozen=True, slots=True)
class Seen:
    """A charge as the provider has it now."""

    state: State
    provider_id: str = ""
    amount: int = 0
    paid_at: datetime | None = None
    qr: str = ""  # the text of its QR code
    account: str = ""  # the number of its virtual account
    expires_at: datetime | None = None


class Provider(Protocol):
    """Speaks to one provider. Every call may raise NotSent or NoAnswer; what changes something
    there raises Refused too."""

    label: str
    settings: tuple[Setting, ...]
    ways: tuple[Way, ...]
    bases: Mapping[str, str]  # by environment: sandbox, production
    can_refund: bool

    def charge(self, account: Account, asked: Asked) -> Seen:
        """Ask for a charge. One with this reference that is there already is not made again."""

    def status(self, account: Account, reference: str) -> Seen: ...

    def cancel(self, account: Account, reference: str) -> None:
        """It shall not be paid any more. Does nothing when it cannot be."""

    def refund(self, account: Account, reference: str, key: str, amount: int, reason: str) -> str:
        """Give money back, once for each ``key``; the provider's name of the refund."""

    def has_refunded(self, account: Account, reference: str, key: str) -> bool:
        """Whether money went back under this key."""

    def verify_notification(self, account: Account, headers: Mapping[str, str], body: bytes) -> str:
        """The reference of the charge it is about. Raises Forged."""


providers: Registry[Provider] = Registry("payment_providers", "who takes payments online")
