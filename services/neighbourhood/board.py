"""What the board of RT says of monthly reports."""

from collections.abc import Mapping, Sequence

from kernel.clock import now
from kernel.tanggal import MONTHS
from services.heads.board import Column, columns
from services.neighbourhood import monthly
from tenants.office.models import Unit
from tenants.registry.current import city


def _sent(units: Sequence[Unit]) -> Mapping[int, str]:
    """Of the month that is due, by unit: whether it was sent, and whether nothing happened. An RW
    sends none. One query."""
    month = monthly.due_month(now().astimezone(city().tz).date())
    sent = monthly.of_units(units, month)
    name = MONTHS[month.month - 1]
    owing = [unit.pk for unit in units if unit.kind != Unit.Kind.RW]
    told = dict.fromkeys(owing, f"{name}: belum")
    for pk, report in sent.items():
        told[pk] = f"{name}: {'NIHIL' if report.is_nil else 'terkirim'}"
    return told


columns.add("monthly", Column("Laporan bulanan", _sent))
