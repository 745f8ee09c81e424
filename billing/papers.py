"""Papers for officials: receipt (kuitansi), quotation (surat penawaran), contract (rancangan
perjanjian). What stands on them, and the typesetting; nothing is stored.

The seller is whoever operates this installation (``settings.SELLER``); what is not set is left as
a dotted line to be filled by hand.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from billing import plans
from billing.models import Account, Invoice
from billing.plans import WORDS, Interval, Plan
from billing.rules import (
    GRACE,
    PPN_PERCENT,
    PPN_WORDS,
    REMIND_AFTER,
    pretty_npwp,
    tax_of,
)
from kernel.rupiah import format_rupiah, in_words
from kernel.tanggal import long_date, roman_month
from tenants.registry.models import City
from typeset import pdf

LAYOUTS = Path(__file__).parent / "layouts"
VALID_DAYS = 30  # a quotation binds that long
DOTS = "…………………………………"
PERIODS = {"month": "1 (satu) bulan", "year": "1 (satu) tahun"}


def _seller() -> dict[str, str]:
    known: Mapping[str, str] = settings.SELLER
    return {key: known.get(key) or DOTS for key in known}


def _buyer(account: Account) -> dict[str, str]:
    return {
        "name": account.name,
        "official": account.official_name or DOTS,
        "post": account.official_post or DOTS,
        "address": account.address or DOTS,
        "npwp": pretty_npwp(account.npwp) or DOTS,
        "reference": account.purchase_reference,
        "email": account.email,
    }


def sentence(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _amount(angka: int | None, what: str) -> str:
    return "tanpa batas" if angka is None else f"{angka:,}".replace(",", ".") + f" {what}"


def _limits(plan: Plan) -> list[list[str]]:
    gigabytes = None if plan.limits.storage_mb is None else plan.limits.storage_mb // 1024
    return [
        ["Surat terbit", _amount(plan.limits.letters, "surat per bulan")],
        ["Kursi petugas", _amount(plan.limits.seats, "kursi; Ketua RT dan RW tidak dihitung")],
        ["Ruang berkas warga", _amount(gigabytes, "GB")],
        ["E-mail pemberitahuan", _amount(plan.limits.messages, "e-mail per bulan")],
    ]


def _price(plan: Plan, interval: Interval) -> dict[str, Any]:
    price = plan.price(interval)
    total = price + tax_of(price)
    return {
        "plan": plan.name,
        "period": PERIODS[interval],
        "interval": WORDS[interval],
        "price": format_rupiah(price),
        "tax": format_rupiah(tax_of(price)),
        "tax_label": f"PPN {PPN_PERCENT}%",
        "tax_words": PPN_WORDS,
        "total": format_rupiah(total),
        "words": sentence(in_words(total)),
        "limits": _limits(plan),
    }


def number_of(kind: str, account: Account, plan: Plan, interval: Interval, day: date) -> str:
    """A number that names what the paper is about: the same day, the same paper."""
    short = f"{plan.code[:3]}{'B' if interval == 'month' else 'T'}".upper()
    return f"{kind}/{account.city_code}/{short}/{day.day:02}/{roman_month(day)}/{day.year}"


def _day(moment: datetime, city: City) -> str:
    return long_date(moment.astimezone(city.tz).date())


# --- receipt ------------------------------------------------------------------------------------


def line_words(line: Mapping[str, object]) -> dict[str, object]:
    """A line of an invoice in Indonesian; Stripe writes English around the product's name."""
    text, rupiah = str(line.get("text") or ""), int(str(line.get("rupiah") or 0))
    plan = next((one for one in plans.plans() if f"Balai {one.name}" in text), None)
    name = f"Langganan Balai paket {plan.name}" if plan else text
    if rupiah < 0:
        name = f"Potongan sisa masa: {name}"
    since, until = (
        datetime.fromisoformat(str(line[key])) if line.get(key) else None
        for key in ("from", "until")
    )
    return {"text": name, "rupiah": rupiah, "since": since, "until": until}


def has_receipt(invoice: Invoice) -> bool:
    """Whether money was received for an invoice."""
    return invoice.status == "paid" and invoice.paid > 0


def receipt(account: Account, invoice: Invoice, city: City) -> bytes:
    """The kuitansi of a paid invoice. Equal rows give equal bytes."""
    paid_at = invoice.paid_at or invoice.issued_at
    lines = [line_words(line) for line in invoice.lines]
    rows = []
    for line in lines:
        since, until = line["since"], line["until"]
        span = ""
        if isinstance(since, datetime) and isinstance(until, datetime):
            span = f"{_day(since, city)} – {_day(until, city)}"
        rows.append([str(line["text"]), span, format_rupiah(int(str(line["rupiah"])))])
    data: dict[str, object] = {
        "number": f"KW-{invoice.number or invoice.stripe_id}",
        "invoice": invoice.number or invoice.stripe_id,
        "seller": _seller(),
        "buyer": _buyer(account),
        "rows": rows,
        "subtotal": format_rupiah(invoice.subtotal),
        "tax": format_rupiah(invoice.tax),
        "tax_label": f"PPN {PPN_PERCENT}%",
        "total": format_rupiah(invoice.total),
        "paid": format_rupiah(invoice.paid),
        "credit": format_rupiah(invoice.total - invoice.paid)
        if invoice.total > invoice.paid
        else "",
        "refunded": format_rupiah(invoice.refunded) if invoice.refunded else "",
        "words": sentence(in_words(invoice.paid)),
        "date": _day(paid_at, city),
        "city": account.city_name,
        "how": "tagihan" if invoice.collection_method == "send_invoice" else "kartu",
    }
    return pdf.compile(LAYOUTS / "kuitansi.typ", data, at=paid_at.replace(microsecond=0))


# --- procurement --------------------------------------------------------------------------------


def quotation(account: Account, city: City, plan: Plan, interval: Interval, at: datetime) -> bytes:
    """The surat penawaran for one plan, valid a month."""
    today = at.astimezone(city.tz).date()
    data: dict[str, object] = {
        **_price(plan, interval),
        "number": number_of("PN", account, plan, interval, today),
        "date": long_date(today),
        "valid": long_date(today + timedelta(days=VALID_DAYS)),
        "seller": _seller(),
        "buyer": _buyer(account),
        "city": account.city_name,
        "villages": plan.meant_for,
        "public": settings.PUBLIC_URL,
    }
    return pdf.compile(LAYOUTS / "penawaran.typ", data, at=_midnight(at, city))


def contract(account: Account, city: City, plan: Plan, interval: Interval, at: datetime) -> bytes:
    """The draft of a perjanjian between the city's official and the operator."""
    today = at.astimezone(city.tz).date()
    reminders = [str(day) for day in REMIND_AFTER]
    data: dict[str, object] = {
        **_price(plan, interval),
        "number": account.purchase_reference or DOTS,
        "date": long_date(today),
        "seller": _seller(),
        "buyer": _buyer(account),
        "city": account.city_name,
        "address": city.host,
        "reminders": f"{', '.join(reminders[:-1])}, dan {reminders[-1]}",
        "grace": str(GRACE.days),
    }
    return pdf.compile(LAYOUTS / "perjanjian.typ", data, at=_midnight(at, city))


def _midnight(at: datetime, city: City) -> datetime:
    """The paper of a day has the same bytes all day."""
    return at.astimezone(city.tz).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
