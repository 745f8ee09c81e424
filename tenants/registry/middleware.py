"""First stop of every request: which city is this host?

Unknown, closed and not yet finished cities are answered here, without touching a city's schema.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import gettext, gettext_noop, override

from kernel.once import reading_once
from tenants.backend.scope import in_city, in_public
from tenants.registry import hosts
from tenants.registry.models import City
from tenants.registry.queries import public_hosts
from ui.language import of_error_page
from ui.page import page_of

log = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class CityMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.public_hosts = public_hosts()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.city = request.tenant = None  # type: ignore[attr-defined]
        request.read_only = False  # type: ignore[attr-defined]
        host = hosts.normalise(request.META.get("HTTP_HOST") or request.META["SERVER_NAME"])
        if host in self.public_hosts:
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
            with in_public():
                return self._checked(request, self.get_response(request))
        try:
            city = hosts.city_on(host) if host else None
        except (OperationalError, InterfaceError):
            log.exception("the database did not answer")
            return unavailable(request)
        if city is None:
            return plain_page(request, "ui/unknown_city.html", 404, UNKNOWN, {"host": host})
        if city.status == City.Status.PROVISIONING:
            return plain_page(request, "ui/city_preparing.html", 503, PREPARING, {"name": city})
        if city.status == City.Status.CLOSED:
            return plain_page(request, "ui/city_closed.html", 410, CLOSED, {"name": city})
        request.city = request.tenant = city  # type: ignore[attr-defined]
        if city.is_read_only:
            request.read_only = True  # type: ignore[attr-defined]
            declared = page_of(request) if request.method not in SAFE else None
            still_open = declared is not None and declared.when_suspended == "open"
            if request.method not in SAFE and not still_open:
                return plain_page(request, "ui/read_only.html", 403, READ_ONLY, {"name": city})
        # What is only read, is read once; an action opens its own ``reading_once``.
        once = reading_once() if request.method in SAFE else nullcontext()
        with in_city(city), once:
            response = self._checked(request, self.get_response(request))
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            # The server reads the stream after we have left the city: each step re-enters it.
            response.streaming_content = _inside(city, iter(response))
        return response

    def _checked(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == 500 and getattr(request, "database_lost", False):
            return unavailable(request)
        return response


def _inside(city: City, parts: Iterator[bytes]) -> Iterator[bytes]:
    while True:
        with in_city(city):
            part = next(parts, None)
        if part is None:
            return
        yield part


def note_lost_database(sender: Any, request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Receives ``got_request_exception``: Django has turned the error into a 500 by the time
    the middleware sees it."""
    import sys

    if request is not None and isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        request.database_lost = True  # type: ignore[attr-defined]


got_request_exception.connect(note_lost_database, dispatch_uid="balai_lost_database")


def unavailable(request: HttpRequest) -> HttpResponse:
    response = plain_page(request, "ui/unavailable.html", 503, UNAVAILABLE, {})
    response["Retry-After"] = "15"
    return response


def plain_page(
    request: HttpRequest,
    template: str,
    status: int,
    words: tuple[str, str],
    context: dict[str, Any],
) -> HttpResponse:
    """A page that needs no database: the template without request, so that no context
    processor looks for a session; a bare page when the template is absent."""
    with in_public(), override(of_error_page(request)):
        title, text = (gettext(part) for part in words)
        context = {
            **context,
            "title": title,
            "text": text,
            "public_url": settings.PUBLIC_URL,
            "city": None,
        }
        try:
            html: str = render_to_string(template, context)
        except TemplateDoesNotExist:
            html = (
                '<!doctype html><html lang="id"><meta charset="utf-8">'
                f"<title>{title}</title><h1>{title}</h1><p>{text}</p>"
                f'<p><a href="{settings.PUBLIC_URL}/">Balai</a></p></html>'
            )
    response = HttpResponse(html, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


UNKNOWN = (
    gettext_noop("Alamat ini belum dipakai"),
    gettext_noop(
        "Belum ada kabupaten atau kota yang memakai Balai di alamat ini. Periksa ejaannya, "
        "atau daftarkan kabupaten atau kota Anda."
    ),
)
PREPARING = (
    gettext_noop("Sedang disiapkan"),
    gettext_noop(
        "Halaman kota ini sedang disiapkan dan siap dalam beberapa saat. Muat ulang halaman ini."
    ),
)
CLOSED = (
    gettext_noop("Sudah ditutup"),
    gettext_noop("Layanan kota ini di Balai sudah ditutup."),
)
READ_ONLY = (
    gettext_noop("Hanya bisa dibaca"),
    gettext_noop(
        "Layanan kota ini sedang dihentikan sementara: data bisa dibaca, belum bisa diubah. "
        "Hubungi kantor pemerintah daerah Anda."
    ),
)
UNAVAILABLE = (
    gettext_noop("Sedang terganggu"),
    gettext_noop(
        "Data tidak dapat dijangkau saat ini. Tidak ada yang hilang; coba lagi sebentar lagi."
    ),
)
