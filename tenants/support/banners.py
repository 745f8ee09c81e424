"""While support is inside, support and the city's administrators read so on every page."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from kernel.clock import now
from tenants.office.access import Visitor, visitor_or_none
from tenants.registry.current import city_or_none
from tenants.registry.models import City
from tenants.support import inside, queries
from tenants.support.actions import PAGE
from ui.banner import Banner
from ui.page import Audience, page_of


def _asked(city: City, who: Visitor) -> Iterator[Banner]:
    """To administrators, while a request of support waits for their answer. One query."""
    if who.is_admin and (number := queries.waiting_for_answer(city, now())):
        what = "Satu permintaan" if number == 1 else f"{number} permintaan"
        yield Banner("warn", f"{what} akses dari dukungan Balai menunggu jawaban Anda.",
                     reverse(PAGE),
                     "Lihat dan jawab")  # fmt: skip


def banners(request: HttpRequest) -> Iterator[Banner]:
    """No query outside the administration's pages unless somebody is inside."""
    city, who = city_or_none(), visitor_or_none(request)
    if city is None or who is None:
        return
    declared, match = page_of(request), request.resolver_match
    is_theirs = declared is not None and declared.audience is Audience.ADMIN
    if is_theirs and (match is None or match.view_name != PAGE):
        yield from _asked(city, who)
    guest = inside.guest()
    if guest is None:
        return
    until = f"{guest.until.astimezone(city.tz):%H.%M}"
    if who.in_support:
        yield Banner("warn", f"{who.user.name}: Anda hanya baca, sampai {until}. Setiap halaman "
                     "dicatat dan terlihat oleh admin kota.")  # fmt: skip
    elif who.is_admin:
        yield Banner(
            "info", f"Dukungan Balai ({guest.name}) sedang melihat, sampai {until}.", reverse(PAGE),
            "Lihat atau cabut izinnya",
        )  # fmt: skip
