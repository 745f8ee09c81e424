"""How a city stands with its money, in words an admin acts on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from billing import lifecycle
from billing.plans import WORDS
from billing.queries import Overview
from kernel.rupiah import format_rupiah
from kernel.tanggal import long_date
from tenants.registry.models import City

S = City.Status
Deed = Literal["plan", "pay", "cards", "resume"]


@dataclass(frozen=True, slots=True)
class Situation:
    """One card: its colour, a line, what follows, and what to do first."""

    tone: str  # ok, warn, stop, info
    title: str
    lines: list[str]
    deed: Deed | None = None


def _day(moment: datetime, city: City) -> str:
    return long_date(moment.astimezone(city.tz).date())


def of(city: City, seen: Overview, about: str, at: datetime) -> Situation:
    """The situation of a city; ``about`` is what is missing, as ``queries.debt`` names it."""
    if city.status == S.SUSPENDED:
        return _suspended(city, seen, about)
    if city.status == S.PAST_DUE:
        return _late(city, seen, about)
    found = seen.subscription
    if found is not None and found.is_live:
        return _running(city, seen)
    if city.status == S.TRIAL:
        return _trial(city, at)
    return Situation(
        "ok",
        "Aktif menurut kesepakatan dengan pengelola Balai",
        ["Belum ada langganan di halaman ini. Pilih paket bila ingin membayar lewat Balai."],
        "plan",
    )


def _trial(city: City, at: datetime) -> Situation:
    if city.is_demo:
        return Situation(
            "info",
            "Kota peragaan",
            [
                "Masa coba kota peragaan tidak berakhir dan tanpa batas. Berlangganan di sini "
                "hanya untuk mencoba."
            ],
            "plan",
        )
    left = lifecycle.trial_days_left(city, at)
    marks = (
        "Surat yang terbit bertanda UJI COBA; tanda itu hilang untuk surat berikutnya begitu Anda "
        "berlangganan."
    )
    if left is None or city.trial_ends_at is None:
        return Situation("info", "Masa coba", [marks], "plan")
    return Situation(
        "warn" if left <= lifecycle.SHOW_TRIAL_FROM else "info",
        f"Masa coba: {left} hari lagi",
        [f"Berakhir {_day(city.trial_ends_at, city)}. Tanpa kartu, tanpa kontrak.", marks],
        "plan",
    )


def _running(city: City, seen: Overview) -> Situation:
    found = seen.subscription
    assert found is not None
    name = seen.plan.name if seen.plan else "lama"
    if found.cancel_at_period_end:
        end = _day(found.period_end, city) if found.period_end else "akhir masa"
        return Situation(
            "warn",
            f"Paket {name} berhenti {end}",
            [
                "Sampai hari itu semua berjalan seperti biasa. Sesudahnya kami ingatkan dahulu "
                "sebelum halaman daerah menjadi hanya baca. Data tidak dihapus."
            ],
            "resume",
        )
    lines = []
    if seen.next_payment_at is not None and seen.next_payment is not None:
        how = (
            f"ditagih dengan jatuh tempo {found.days_until_due} hari"
            if found.is_by_invoice
            else "dipotong dari kartu"
        )
        lines.append(
            f"Pembayaran berikutnya {_day(seen.next_payment_at, city)}: "
            f"{format_rupiah(seen.next_payment)} dengan PPN, {how}."
        )
    return Situation("ok", f"Paket {name}, dibayar {WORDS.get(found.interval, '')}", lines)


def _what_to_do(seen: Overview, about: str) -> tuple[str, Deed]:
    """What is missing, and what mends it."""
    found = seen.subscription
    if about.startswith("trial:"):
        return "Masa coba sudah berakhir dan belum ada paket yang dipilih.", "plan"
    if about.startswith("ended:") or found is None or not found.is_live:
        return "Langganan sudah berakhir dan belum ada paket baru yang dipilih.", "plan"
    owed = next((one for one in seen.open_invoices if one.stripe_id == about), None)
    if owed is not None:
        number, amount = owed.number or owed.stripe_id, format_rupiah(owed.remaining)
        if owed.collection_method == "send_invoice":
            return f"Tagihan {number} sebesar {amount} sudah lewat jatuh tempo.", "pay"
        return (
            f"Kartu gagal dipotong {amount} untuk tagihan {number}. Bayar tagihannya, atau "
            "ganti kartu supaya dicoba lagi.",
            "pay",
        )
    return "Pembayaran langganan belum kami terima.", "cards"


def _late(city: City, seen: Overview, about: str) -> Situation:
    what, deed = _what_to_do(seen, about)
    stops = (
        f"Bila tetap belum dibayar, halaman daerah menjadi hanya baca mulai "
        f"{_day(seen.stops_at, city)}."
        if seen.stops_at is not None
        else "Layanan tetap berjalan. Kami mengingatkan dahulu sebelum menghentikan apa pun."
    )
    return Situation(
        "warn", "Menunggu pembayaran", [what, stops, "Data tidak dihapus karena tagihan."], deed
    )


def _suspended(city: City, seen: Overview, about: str) -> Situation:
    held = seen.account.held_reason if seen.account else ""
    kept = (
        "Warga tetap mengunduh dan mengecek surat, dan data daerah tetap bisa Anda unduh. Tidak "
        "ada yang dihapus."
    )
    if held:
        return Situation(
            "stop",
            "Hanya baca: dihentikan pengelola Balai",
            [f"Alasannya: {held.rstrip('.')}. Hubungi pengelola Balai.", kept],
        )
    what, deed = _what_to_do(seen, about)
    again = "Begitu pembayaran diterima, semuanya langsung berjalan lagi."
    return Situation("stop", "Hanya baca: belum dibayar", [f"{what} {again}", kept], deed)
