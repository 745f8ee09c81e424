"""The day book as PDF, to be signed and filed."""

from datetime import datetime
from pathlib import Path

from kernel.rupiah import format_rupiah
from kernel.tanggal import long_date
from services.payments.day_book import Day
from tenants.office.models import Profile
from tenants.registry.current import city
from typeset import pdf

LAYOUT = Path(__file__).parent / "layouts" / "buku-harian.typ"


def as_pdf(day: Day, *, name: str, title: str, at: datetime) -> bytes:
    """``name`` and ``title`` are those of the treasurer who prints it."""
    here = city()
    profile = Profile.objects.first() or Profile(government=f"Pemerintah {here.name}")
    data = {
        "government": profile.government,
        "unit": day.unit.name,
        "day": long_date(day.day),
        "rows": [
            [str(number), row.number, row.order, row.account, row.words, row.payer, row.method,
             format_rupiah(row.amount)]
            for number, row in enumerate(day.rows, start=1)
        ],
        "opening": format_rupiah(day.opening),
        "received": format_rupiah(day.received),
        "given_back": format_rupiah(day.given_back),
        "closing": format_rupiah(day.closing),
        "methods": [[words, format_rupiah(amount)] for words, amount in day.by_method],
        "name": name,
        "title": title,
    }  # fmt: skip
    return pdf.compile(LAYOUT, data, at=at.replace(microsecond=0))
