"""Turns what cannot be served into a page: broken rules, a lost database, a garbled address."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from redis.exceptions import RedisError

from kernel.addresses import client_address
from kernel.errors import RuleBroken
from ui import views

log = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]


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
    """RuleBroken becomes its status and a page with its message; a lost database becomes a 503."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # PostgreSQL text holds no NUL: such an address can only be a mistake or a probe.
        query = request.META.get("QUERY_STRING", "")
        cookies = request.COOKIES.values()
        if "\x00" in request.path or "%00" in query or any("\x00" in text for text in cookies):
            return views.bad_request(request)
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return views.not_allowed(request, response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RuleBroken):
            return views.rule_broken(request, error)
        if isinstance(error, OperationalError | InterfaceError | RedisError):
            log.exception("database or cache server unavailable")
            return views.unavailable(request)
        return None
