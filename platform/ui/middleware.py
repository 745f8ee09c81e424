"""Turns what cannot be served into a page: broken rules, a lost database, a garbled address."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.translation import gettext_noop
from redis.exceptions import RedisError

from kernel.addresses import client_address
from kernel.errors import RuleBroken, Stale
from ui import views

log = logging.getLogger(__name__)

UNIQUE_VIOLATION = "23505"  # PostgreSQL, appendix A
HOLDS_NUL = "A string literal cannot contain NUL (0x00) characters."  # psycopg2, of a sent text
SENT_TWICE = gettext_noop(
    "Kiriman yang sama baru saja diterima. Buka lagi halamannya dan periksa hasilnya."
)

COMPRESSED = {"application/json", "application/problem+json", "image/svg+xml"}

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLimitMiddleware:
    """Refuses what nothing behind it can read: a body that is too large or of unknown length,
    before a byte of it is stored, and text with a NUL.

    Ahead of everything that reads a body. Django's own limit does not count files, and keeps each
    of them in TMPDIR before any view is asked.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        length = meta.get("CONTENT_LENGTH") or ""
        if meta.get("HTTP_TRANSFER_ENCODING") or not (length == "" or length.isdecimal()):
            return self._refused(request, 411)
        if int(length or 0) > settings.MAX_BODY:
            return self._refused(request, 413)
        # PostgreSQL text holds no NUL: such an address can only be a mistake or a probe.
        query, cookies = meta.get("QUERY_STRING", ""), request.COOKIES.values()
        if "\x00" in request.path or "%00" in query or any("\x00" in text for text in cookies):
            return views.bad_request(request)
        return self.get_response(request)

    def _refused(self, request: HttpRequest, status: int) -> HttpResponse:
        response = views.too_large(request, status)
        response["Connection"] = "close"
        response["Cache-Control"] = "no-store"
        return response


class CompressMiddleware(GZipMiddleware):
    """Compresses text. Django adds random bytes to each answer and masks each CSRF token, which
    answers BREACH (docs/decisions/0014). Files and streams go out as they are."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.get("Content-Type", "").partition(";")[0].strip()
        if response.streaming or not (kind.startswith("text/") or kind in COMPRESSED):
            return response
        return super().process_response(request, response)


class PrivatePagesMiddleware:
    """Lets no browser keep a page of somebody who is signed in: shared computers have "Back"."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Public files (the stylesheet's colours, the logo) say themselves who may keep them.
        if (
            settings.SESSION_COOKIE_NAME in request.COOKIES
            and not response.has_header("Cache-Control")
            and request.user.is_authenticated
        ):
            response["Cache-Control"] = "private, no-store"
        return response


class ClientAddressMiddleware:
    """Puts the asker's own address where all limits look for it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = client_address(
            forwarded=request.META.get("HTTP_X_FORWARDED_FOR", ""),
            remote=request.META.get("REMOTE_ADDR", ""),
            proxies=settings.PROXIES,
        )
        return self.get_response(request)


class RuleBrokenMiddleware:
    """RuleBroken becomes its status and a page with its message; a lost database becomes a 503.

    Two equal forms at one moment both find nothing and both write: the database takes one of them,
    and the other is told so.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return views.not_allowed(request, response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refused = refusal(error)
        if refused is not None:
            return views.rule_broken(request, refused)
        if isinstance(error, ValueError) and str(error) == HOLDS_NUL:
            return views.bad_request(request)
        return views.unavailable(request) if is_lost(error) else None


def refusal(error: Exception) -> RuleBroken | None:
    """What a person is told of this error; None where it is no refusal."""
    if isinstance(error, IntegrityError) and _is_double(error):
        log.error("a row was there already", exc_info=error)
        return Stale(SENT_TWICE)
    return error if isinstance(error, RuleBroken) else None


def is_lost(error: Exception) -> bool:
    """Whether the database or the cache server did not answer."""
    lost = isinstance(error, OperationalError | InterfaceError | RedisError)
    if lost:
        log.error("database or cache server unavailable", exc_info=error)
    return lost


def _is_double(error: IntegrityError) -> bool:
    return getattr(error.__cause__, "pgcode", "") == UNIQUE_VIOLATION
