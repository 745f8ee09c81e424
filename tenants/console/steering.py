"""What an operator may do to a city. Each deed has a reason, stands in the record, and is mailed to
the city's administrators."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import RuleBroken, Stale
from kernel.tanggal import long_date
from messaging.notices import Notice, tell
from tenants.backend.scope import in_public
from tenants.console import extensions
from tenants.console.notices import LIMITS_CHANGED, RESUMED, SUSPENDED, TRIAL_EXTENDED
from tenants.registry import entitlements, people
from tenants.registry.entitlements import Limits
from tenants.registry.models import City

S = City.Status


@dataclass(frozen=True, slots=True)
class Deed:
    slug: str
    title: str
    button: str
    icon: str
    words: str  # what will happen
    grave: bool = False


DEEDS = {
    deed.slug: deed
    for deed in (
        Deed("hentikan", "Jadikan hanya baca", "Hentikan", "ban",
             "Warga tidak bisa mengajukan permohonan baru dan petugas tidak bisa memutuskan. "
             "Surat yang sudah jadi tetap bisa diunduh dan dicek; admin tetap bisa mengambil data "
             "kota. Berlaku sampai Anda melanjutkannya, apa pun keadaan tagihannya.", grave=True),
        Deed("lanjutkan", "Lanjutkan", "Lanjutkan", "play",
             "Kota kembali ke keadaan yang sesuai dengan langganannya."),
        Deed("perpanjang", "Perpanjang masa coba", "Perpanjang", "calendar-clock",
             "Masa coba berlaku sampai akhir hari yang Anda pilih."),
        Deed("batas", "Ubah batas", "Simpan batas", "gauge",
             "Batas yang Anda tulis berlaku mulai sekarang dan tidak diubah lagi oleh paketnya, "
             "sampai Anda mengembalikannya. Kosong berarti tanpa batas."),
    )
}  # fmt: skip


def possible(city: City) -> list[Deed]:
    """What can be done to a city in its present state."""
    if city.status in (S.PROVISIONING, S.CLOSED):
        return []
    found = ["lanjutkan"] if city.status == S.SUSPENDED else ["hentikan"]
    if city.trial_ends_at is not None:
        found.append("perpanjang")
    return [DEEDS[slug] for slug in [*found, "batas"]]


def _require(city: City, slug: str) -> None:
    if slug not in {deed.slug for deed in possible(city)}:
        raise Stale(f"{city.name} sekarang “{city.get_status_display()}”; muat ulang halamannya.")


def _done(city: City, what: str, reason: str, by: User, about: Notice, **values: Any) -> None:
    """The record, and a notice to every administrator. In the deed's transaction."""
    audit.record(
        f"console.{what}", actor=by, subject="city", subject_id=city.code, detail={"reason": reason}
    )
    moment = now().isoformat()
    for admin in people.administrators_of(city):
        tell(
            about, admin, key=f"console:{city.pk}:{what}:{moment}:{admin.pk}", name=admin.name,
            city=city.name, reason=reason, link=city.page("setup"), **values,
        )  # fmt: skip


def suspend(city: City, *, reason: str, by: User) -> str:
    _require(city, "hentikan")
    with in_public(), transaction.atomic():
        extensions.steering.value.suspend(city, reason=reason, by=by)
        _done(city, "suspended", reason, by, SUSPENDED)
    return f"{city.name} sekarang hanya baca. Admin kota diberi tahu."


def resume(city: City, *, reason: str, by: User) -> str:
    _require(city, "lanjutkan")
    with in_public(), transaction.atomic():
        extensions.steering.value.resume(city, reason=reason, by=by)
        city.refresh_from_db()
        if city.status == S.SUSPENDED:
            raise RuleBroken(
                "Kota ini tetap hanya baca karena tagihannya belum dibayar. Perpanjang masa coba "
                "atau selesaikan tagihannya dulu."
            )
        _done(city, "resumed", reason, by, RESUMED)
    return f"{city.name} berjalan kembali. Admin kota diberi tahu."


def extend_trial(city: City, *, until: datetime, reason: str, by: User) -> str:
    _require(city, "perpanjang")
    if until <= now():
        raise RuleBroken("Pilih tanggal yang akan datang.", field="until")
    day = long_date(until.date())
    with in_public(), transaction.atomic():
        extensions.steering.value.extend_trial(city, until=until, reason=reason, by=by)
        _done(city, "trial_extended", reason, by, TRIAL_EXTENDED, until=day)
    return f"Masa coba berlaku sampai {day}. Admin kota diberi tahu."


def change_limits(city: City, limits: Limits | None, *, reason: str, by: User) -> str:
    """None gives the limits back to the plan, which writes its own at the next settling."""
    _require(city, "batas")
    with in_public(), transaction.atomic():
        entitlements.set_by_hand(city.pk, limits, reason=reason, by=by)
        if limits is None:
            extensions.steering.value.settle(city)
        _done(city, "limits_changed", reason, by, LIMITS_CHANGED, by_plan=limits is None)
    return "Batas tersimpan. Admin kota diberi tahu."
