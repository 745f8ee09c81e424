"""Numbers of orders and receipts, without gaps."""

from datetime import date

from django.db import connection

from services.payments.models import Series


def next_number(scope: str) -> int:
    """The next number of a scope: must run in the transaction that uses it. Who comes second waits;
    a rollback gives the number back."""
    if not connection.in_atomic_block:
        raise RuntimeError("a number may only be taken inside a transaction")
    Series.objects.bulk_create([Series(scope=scope)], ignore_conflicts=True)
    series = Series.objects.select_for_update().get(scope=scope)
    series.value += 1
    series.save(update_fields=["value"])
    return series.value


def order_number(sequence: int, year: int) -> str:
    """``SKRD/000017/2026``, once in a city."""
    return f"SKRD/{sequence:06d}/{year}"


def receipt_number(sequence: int, unit: str, day: date) -> str:
    """``000017/KW/DPMPTSP/2026``: ``unit`` is the short form of who received it."""
    return f"{sequence:06d}/KW/{unit}/{day.year}"
