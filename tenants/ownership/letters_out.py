"""Mails about a deletion, to all administrators and whoever signed; kept out of every quota."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.conf import settings

from accounts.models import User
from kernel.identities import folded
from kernel.registry import Registry
from kernel.tanggal import moment_text
from messaging import mail
from tenants.backend.scope import in_city, in_public
from tenants.office import queries as office
from tenants.ownership.models import DeletionRequest
from tenants.registry.models import City

PAGE = "/kelola/data/hapus/"
RECENT = 60  # days: whoever was an administrator so recently is told too

also_told: Registry[Callable[[City], Iterable[str]]] = Registry(
    "told of a deletion", "further addresses of a city, such as whoever pays"
)


def recipients(request: DeletionRequest, city: City, at: datetime) -> list[str]:
    """Administrators of today and of the last weeks, both people, whoever pays, and the operators;
    each address once. One administrator who ends the others' posts cannot act unnoticed."""
    today = at.astimezone(city.tz).date()
    with in_city(city):
        admins = [user.email or user.login for user in office.recent_admins(today, days=RECENT)]
    with in_public():
        operators = User.objects.filter(is_operator=True, is_active=True).order_by("pk")
        addresses = [user.email or user.login for user in operators]
    more = [address for source in also_told for address in source(city)]
    found = [*admins, request.asked_by_email, request.confirmed_by_email, *more, *addresses]
    return list(dict.fromkeys(folded(address) for address in found if "@" in address))


def _send(request: DeletionRequest, what: str, to: list[str], subject: str, text: str) -> None:
    body = f"Yth. pengelola {request.city_name},\n\n{text}\n\nBalai\n"
    with in_public():
        for number, address in enumerate(to):
            mail.send(address, subject, body, key=f"deletion:{what}:{request.pk}:{number}",
                      essential=True)  # fmt: skip


def _to_all(
    request: DeletionRequest, city: City, what: str, subject: str, text: str, at: datetime
) -> None:
    _send(request, what, recipients(request, city, at), subject, text)


def asked(request: DeletionRequest, city: City, at: datetime) -> None:
    _to_all(
        request, city, "asked", f"Penghapusan {city.name} diminta",
        f"{request.asked_by_name} meminta agar {city.name} dan seluruh datanya dihapus dari Balai."
        f"\n\nAlasan: {request.reason}\n\nBelum ada yang dihapus. Orang kedua harus menyetujui: "
        "admin kota lain, atau pengelola Balai bila tidak ada admin lain. Sesudah itu masih ada "
        f"masa tenggang 14 hari. Setuju atau batalkan di sini:\n\n{city.url(PAGE)}\n\n"
        "Bila Anda tidak mengetahui permintaan ini, batalkan dan ganti kata sandi admin.", at,
    )  # fmt: skip


def operators_needed(request: DeletionRequest) -> None:
    """The city has no second administrator: an operator must be the other person."""
    with in_public():
        people = User.objects.filter(is_operator=True, is_active=True).exclude(email="")
        for operator in people:
            mail.send(
                operator.email,
                f"Penghapusan {request.city_name} menunggu operator",
                f"{request.asked_by_name} meminta {request.city_name} dihapus, dan kota itu tidak "
                "punya admin lain. Pastikan lewat telepon kantor, lalu setujui atau batalkan:\n\n"
                f"{settings.PUBLIC_URL}/konsol/penghapusan/{request.pk}/\n\nBalai\n",
                key=f"deletion:operators:{request.pk}:{operator.pk}",
            )


def confirmed(request: DeletionRequest, city: City, at: datetime) -> None:
    assert request.grace_until is not None
    _to_all(
        request, city, "confirmed", f"Penghapusan {city.name} disetujui",
        f"{request.confirmed_by_name} menyetujui penghapusan {city.name} yang diminta "
        f"{request.asked_by_name}.\n\nPenghapusan dimulai "
        f"{moment_text(request.grace_until, city.timezone)}. Sampai saat itu kota bekerja seperti "
        f"biasa, dan setiap admin dapat membatalkannya:\n\n{city.url(PAGE)}\n\n"
        "Yang berubah sesudah salinan terakhir diunduh akan hilang: unduh salinan baru menjelang "
        "akhir masa tenggang.", at,
    )  # fmt: skip


def cancelled(request: DeletionRequest, city: City, at: datetime) -> None:
    _to_all(
        request, city, "cancelled", f"Penghapusan {city.name} dibatalkan",
        f"{request.cancelled_by_name} membatalkan penghapusan {city.name}. Tidak ada yang dihapus.",
        at,
    )  # fmt: skip


def tomorrow(request: DeletionRequest, city: City, changes: int, at: datetime) -> None:
    assert request.grace_until is not None
    starts = max(request.grace_until, at)
    lacks = (
        f"Sejak salinan terakhir diunduh ada {changes} perubahan yang belum tersalin. Buat dan "
        f"unduh salinan baru: {city.url('/kelola/data/')}"
        if changes
        else "Salinan terakhir yang diunduh memuat semua perubahan."
    )
    _to_all(
        request, city, "tomorrow", f"Besok {city.name} dihapus dari Balai",
        f"Penghapusan {city.name} dimulai sehari lagi "
        f"({moment_text(starts, city.timezone)} atau sesudahnya).\n\n{lacks}\n\n"
        f"Masih dapat dibatalkan: {city.url(PAGE)}", at,
    )  # fmt: skip


def done(request: DeletionRequest, at: datetime) -> None:
    """To the addresses noted when the city was closed: its own tables are gone."""
    _send(
        request, "done", request.recipients, f"{request.city_name} sudah dihapus dari Balai",
        f"{request.city_name} dan seluruh datanya sudah dihapus. Berita acara penghapusan, dengan "
        "daftar semua yang dimusnahkan dan yang masih tersimpan, dapat diunduh di sini:\n\n"
        f"{settings.PUBLIC_URL}/penghapusan/{request.certificate_code}/\n\n"
        "Simpan tautan ini; siapa pun yang memegangnya dapat membuka berita acara itu.",
    )  # fmt: skip
