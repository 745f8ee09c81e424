"""While support is inside, support and the city's administrators read so on every page."""

from collections.abc import Iterator

from django.http import HttpRequest

from accounts.models import User
from kernel.clock import now
from tenants.office import queries as office
from tenants.registry.current import city_or_none
from tenants.support import inside
from tenants.support.actions import PAGE
from tenants.support.backend import is_support
from ui.banner import Banner


def banners(request: HttpRequest) -> Iterator[Banner]:
    """No query unless somebody is inside."""
    city, user = city_or_none(), request.user
    if city is None or not isinstance(user, User):
        return
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
