"""Money on its way to Stripe, tax, tax numbers, and when a city is active, late or stopped.

Plain Python: every function gets the moment it judges.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.errors import RuleBroken

# PPN 12 % on 11/12 of the price (PMK 131/2024 art. 3, "nilai lain" for what is no luxury): 11 %.
PPN_PERCENT = 11
PPN_WORDS = "PPN 12% × 11/12 dari harga (PMK 131/2024)"
REMIND_AFTER = (1, 7, 14)  # days without the payment
REMIND_BEFORE = (7, 1)  # days before a trial ends
GRACE = timedelta(days=7)  # from the last reminder to read only


def to_stripe_amount(rupiah: int) -> int:
    """Integer rupiah as Stripe counts it: IDR is a two-decimal currency there, so times 100.

    Raises ValueError for a negative amount, or for one beyond Stripe's twelve digits.
    """
    amount = rupiah * 100
    if rupiah < 0 or amount > 999_999_999_999:
        raise ValueError(f"{rupiah} rupiah cannot be charged")
    return amount


def from_stripe_amount(amount: int) -> int:
    """Stripe's IDR amount as integer rupiah. Raises ValueError when sen are left over."""
    rupiah, sen = divmod(amount, 100)
    if sen:
        raise ValueError(f"{amount} is not a whole number of rupiah")
    return rupiah


def rounded_rupiah(amount: int) -> int:
    """Stripe's IDR amount as the nearest rupiah, halves away from zero.

    For what Stripe has computed itself: a proration by the second leaves sen that no price has.
    """
    rupiah = (abs(amount) + 50) // 100
    return rupiah if amount >= 0 else -rupiah


def tax_of(rupiah: int) -> int:
    """PPN on a price, to the nearest rupiah."""
    return (rupiah * PPN_PERCENT + 50) // 100


def clean_npwp(text: str) -> str:
    """A tax number as digits: 16 (PMK 112/2022) or the older 15; empty stays empty."""
    digits = re.sub(r"[\s.\-]", "", text)
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) in (15, 16)):
        raise RuleBroken("NPWP terdiri dari 15 atau 16 angka.", field="npwp")
    return digits


def pretty_npwp(digits: str) -> str:
    """``012345678901000`` as ``01.234.567.8-901.000``; 16 digits in groups of four."""
    if len(digits) == 15:
        d = digits
        return f"{d[:2]}.{d[2:5]}.{d[5:8]}.{d[8]}-{d[9:12]}.{d[12:]}"
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


# --- the life of a subscription -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides whether a city is served."""

    status: str  # the city's present state, a City.Status
    is_live: bool = False  # a subscription runs
    owed_since: datetime | None = None  # the oldest payment that is missing was due then
    ended_at: datetime | None = None  # the last subscription ended then, none runs
    trial_ends_at: datetime | None = None
    is_held: bool = False  # the operator has stopped the city by hand
    warned_at: datetime | None = None  # the last reminder of the present debt was sent then


def debt_since(standing: Standing, at: datetime) -> datetime | None:
    """Since when somebody should have paid; None when nobody should."""
    if standing.owed_since is not None:
        return min(standing.owed_since, at)
    if standing.is_live:
        return None
    trial = standing.trial_ends_at
    if trial is not None and trial > at:
        return None
    if standing.ended_at is not None and standing.ended_at <= at:
        return standing.ended_at
    return trial


def next_status(standing: Standing, at: datetime) -> str:
    """The state a city belongs in. Closed and unfinished cities are nobody's business here.

    A city is stopped only after the last reminder has been out for the whole grace period:
    an installation that slept for a month reminds first.
    """
    if standing.status in ("closed", "provisioning"):
        return standing.status
    if standing.is_held:
        return "suspended"
    if debt_since(standing, at) is not None:
        warned = standing.warned_at
        return "suspended" if warned is not None and at - warned >= GRACE else "past_due"
    if standing.is_live:
        return "active"
    trying = standing.trial_ends_at is not None  # its end lies ahead, or there would be a debt
    if standing.status == "trial" or (trying and standing.status != "active"):
        return "trial"
    return "active"  # what the operator agreed with the city is not known here


def due_reminder(since: datetime, at: datetime, sent: Collection[int]) -> int | None:
    """Which reminder to send now: the newest whose day has come, unless it, or a later one, is
    out. Whoever slept through a reminder does not get two at once."""
    days = (at - since) // timedelta(days=1)
    due = [step for step in REMIND_AFTER if step <= days]
    if not due or (sent and max(sent) >= due[-1]):
        return None
    return due[-1]


def due_notice(ends_at: datetime, at: datetime, sent: Collection[int]) -> int | None:
    """Which announcement of a trial's end to send now: days before, or None."""
    if at >= ends_at:
        return None
    due = [step for step in REMIND_BEFORE if ends_at - at <= timedelta(days=step)]
    if not due or (sent and min(sent) <= due[-1]):
        return None
    return due[-1]


def stops_at(warned_at: datetime | None) -> datetime | None:
    """When a city that still does not pay becomes read only; None before the last reminder."""
    return None if warned_at is None else warned_at + GRACE
