"""What lies at well-known addresses (RFC 8615), and the page that checks without a connection."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kernel.clock import now
from services.letters import published
from services.portal.verify_views import bounded
from services.web import limits, verifying
from tenants.registry.current import city
from ui.page import Audience, page

FRESH = 300  # seconds a copy on the way may be given out


def _tagged(request: HttpRequest, facts: Mapping[str, Any], *, is_signed: bool) -> HttpResponse:
    """As JSON; 304 to who has the same facts already."""
    text = json.dumps(facts, sort_keys=True)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None and known.status_code == 304:
        answer: HttpResponse = known
    else:
        answer = JsonResponse(published.signed(facts, now()) if is_signed else facts)
    answer["ETag"] = etag
    answer["Access-Control-Allow-Origin"] = "*"  # public: other programs check letters with it
    patch_cache_control(answer, public=True, max_age=FRESH)
    return answer


def _count(request: HttpRequest) -> None:
    most, minutes = verifying.PUBLISHED
    limits.count(request, "published", most, minutes=minutes)


@page(Audience.ANYONE, support="always")
@require_safe
@bounded
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys of the records in QR codes."""
    _count(request)
    return _tagged(request, published.keys(now()), is_signed=False)


@page(Audience.ANYONE, support="always")
@require_safe
@bounded
def revoked(request: HttpRequest) -> HttpResponse:
    """Which letters were taken back, signed."""
    _count(request)
    return _tagged(request, published.revoked(now()), is_signed=True)


@page(Audience.ANYONE, support="always")
@require_safe
@cache_control(public=True, max_age=3600)
def offline(request: HttpRequest) -> HttpResponse:
    """What a phone shows of a letter without a connection; kept by the service worker. It holds
    nothing of whoever fetched it."""
    context = {
        "place": city().name,
        "coloured": True,
        "zone": city().timezone,
        "city_code": city().code.replace(".", ""),
        "title": gettext("Cek surat tanpa sambungan"),
        "text": gettext(
            "Ponsel ini memeriksa sendiri, dengan yang disimpannya dari kunjungan lalu."
        ),
    }
    return render(request, "portal/verify_offline.html", context)
