"""What every page of a city says about money, and to whom. No query while all is well."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from billing import lifecycle, queries
from kernel.clock import now
from kernel.tanggal import long_date
from tenants.office.access import visitor_or_none
from tenants.registry.current import city_or_none
from tenants.registry.entitlements import PAGE
from tenants.registry.models import City
from ui.banner import Banner

S = City.Status


def banners(request: HttpRequest) -> Iterator[Banner]:
    """One line at most."""
    city = city_or_none()
    if city is None or city.status == S.ACTIVE or (city.is_demo and city.status == S.TRIAL):
        return
    match = request.resolver_match
    if match is not None and (match.url_name or "").startswith("billing"):
        return  # these pages say more than a line
    if city.status == S.SUSPENDED:
        yield _suspended(request, city)
        return
    at = now()
    left = lifecycle.trial_days_left(city, at)
    if left is not None and left > lifecycle.SHOW_TRIAL_FROM:
        return
    who = visitor_or_none(request)
    if who is None or not who.is_admin:
        return
    if city.status == S.PAST_DUE:
        account = queries.account_of(city)
        debt = queries.debt(account, city, at) if account else None
        yield Banner(
            "warn", _overdue(debt[0] if debt else "", city), reverse(PAGE), "Buka langganan"
        )
    elif left is not None and city.trial_ends_at is not None:
        day = long_date(city.trial_ends_at.astimezone(city.tz).date())
        yield Banner("info", f"Masa coba berakhir {day}.", reverse(PAGE), "Pilih paket")


def _suspended(request: HttpRequest, city: City) -> Banner:
    who = visitor_or_none(request)
    if who is not None and who.is_admin:
        account = queries.account_of(city)
        held = account.held_reason if account else ""
        why = (
            f"Alasan pengelola Balai: {held.rstrip('.')}."
            if held
            else "Layanan langsung berjalan lagi setelah pembayaran diterima."
        )
        text = f"{city.name} sekarang hanya baca; data aman dan bisa diunduh. {why}"
        return Banner("stop", text, reverse(PAGE), "Buka langganan")
    return Banner(
        "warn",
        gettext(
            "Permohonan baru sedang dihentikan sementara. Surat yang sudah jadi tetap bisa "
            "diunduh dan dicek."
        ),
    )


def _overdue(about: str, city: City) -> str:
    if about.startswith("trial:"):
        return "Masa coba sudah berakhir dan belum ada paket yang dipilih."
    if about.startswith("ended:"):
        return "Langganan sudah berakhir dan belum ada paket baru yang dipilih."
    return f"Pembayaran langganan {city.name} belum kami terima."
