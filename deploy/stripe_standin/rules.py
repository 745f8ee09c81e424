"""Periods, prorations and tax the way Stripe counts them. Plain Python; amounts in sen."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

DAY = 86_400
HOUR = 3_600
MOST = 999_999_999_999  # twelve digits
# Attempts after the first that failed, in days from it: 8 tries within 2 weeks, which is what
# Stripe recommends for its own retries (docs.stripe.com/billing/revenue-recovery/smart-retries).
RETRIES = (1, 3, 5, 7, 9, 11, 14)


def months_later(anchor: int, months: int) -> int:
    """The same day and time ``months`` later, or the last day of a shorter month."""
    start = datetime.fromtimestamp(anchor, UTC)
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def boundary(anchor: int, interval: str, count: int, number: int) -> int:
    """The end of the ``number``-th period after the anchor (0 is the anchor itself)."""
    if interval in {"month", "year"}:
        return months_later(anchor, number * count * (12 if interval == "year" else 1))
    days = {"day": 1, "week": 7}[interval] * count * number
    return anchor + int(timedelta(days=days).total_seconds())


def next_boundary(anchor: int, interval: str, count: int, after: int) -> int:
    """The first boundary later than ``after``."""
    number = 0
    if after >= anchor:  # start close by: periods are at most this long
        longest = {"day": 1, "week": 7, "month": 31, "year": 366}[interval] * count * DAY
        number = max(0, (after - anchor) // longest - 1)
    while (end := boundary(anchor, interval, count, number)) <= after:
        number += 1
    return end


def prorated(amount: int, part: int, whole: int) -> int:
    """``amount`` for ``part`` of ``whole`` seconds, rounded half away from zero."""
    if whole <= 0:
        return 0
    size = (2 * abs(amount) * max(0, min(part, whole)) + whole) // (2 * whole)
    return size if amount >= 0 else -size


def tax_of(amount: int, percentage: float, *, inclusive: bool) -> int:
    """The tax in ``amount`` (inclusive) or on top of it."""
    rate = Decimal(str(percentage)) / 100
    exact = Decimal(amount) * rate
    if inclusive:
        exact /= 1 + rate
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def next_retry(first_attempt: int, attempts: int) -> int | None:
    """When to try again after ``attempts`` failures; None when there is no more to try."""
    if attempts < 1 or attempts > len(RETRIES):
        return None
    return first_attempt + RETRIES[attempts - 1] * DAY


def webhook_pause(attempts: int) -> float:
    """Seconds until a refused webhook is sent again."""
    return float(min(0.5 * 2**attempts, HOUR))
