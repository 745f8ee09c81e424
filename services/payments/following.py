"""What of fees follows when a unit is closed, and what keeps it open."""

from services.payments.models import FeeOrder
from tenants.office.decrees import Closing
from tenants.office.models import Unit


def hand_over(closing: Closing) -> None:
    """Orders nobody has paid are collected by the successor."""
    if closing.successor is not None:
        waiting = FeeOrder.objects.filter(unit=closing.unit, state=FeeOrder.State.OPEN)
        waiting.update(unit=closing.successor)


def orders_wait_there(unit: Unit) -> str:
    """Why a unit cannot be closed without a successor, or ""."""
    waiting = FeeOrder.objects.filter(unit=unit, state=FeeOrder.State.OPEN).exists()
    return "Masih ada tagihan yang belum dibayar di sini." if waiting else ""
