"""While support is inside, support and the city's administrators read so on every page."""

from collections.abc import Iterator

from django.http import HttpRequest

from accounts.models import User
from kernel.clock import now
from tenants.office import queries as office
from tenants.registry.current import city_or_none
from tenants.registry.models import City
from tenants.support import inside, queries
from tenants.support.actions import PAGE
from tenants.support.backend import is_support
from ui.banner import Banner


def _asked(city: City, user: User) -> Iterator[Banner]:
    """To administrators, while a request of support waits for their answer. Two queries."""
    if is_support(user) or not office.is_admin(user, now().astimezone(city.tz).date()):
        return
    if number := queries.waiting_for_answer(city, now()):
        what = "Satu permintaan" if number == 1 else f"{number} permintaan"
        yield Banner("warn", f"{what} akses dari dukungan Balai menunggu jawaban Anda.", PAGE,
                     "Lihat dan jawab")  # fmt: skip


def banners(request: HttpRequest) -> Iterator[Banner]:
    """No query outside the administration's pages unless somebody is inside."""
    city, user = city_or_none(), request.user
    if city is None or not isinstance(user, User):
        return
    if request.path.startswith("/kelola/") and request.path != PAGE:
        yield from _asked(city, user)
    guest = inside.guest()
    if guest is None:
        return
    until = f"{guest.until.astimezone(city.tz):%H.%M}"
    if is_support(user):
        yield Banner("warn", f"{user.name}: Anda hanya baca, sampai {until}. Setiap halaman "
                     "dicatat dan terlihat oleh admin kota.")  # fmt: skip
    elif office.is_admin(user, now().astimezone(city.tz).date()):
        yield Banner(
            "info", f"Dukungan Balai ({guest.name}) sedang melihat, sampai {until}.", PAGE,
            "Lihat atau cabut izinnya",
        )  # fmt: skip
