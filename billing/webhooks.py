"""Where Stripe reports: checked, kept, acknowledged; worked off later."""

import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing import events, gateway
from ui.page import Audience, page

log = logging.getLogger(__name__)
MOST = 512 * 1024  # bytes; Stripe's events are far smaller


@page(Audience.ANYONE)
@never_cache
@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """200 once the event is kept, 400 for what Stripe did not sign, 503 without a secret."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST:
        return HttpResponse("too large\n", status=413, content_type="text/plain")
    try:
        event = gateway.event_of(request.body, request.headers.get("Stripe-Signature", ""))
    except gateway.Forged:
        log.warning("a webhook without Stripe's signature")
        return HttpResponse("signature\n", status=400, content_type="text/plain")
    except gateway.NotConfigured:
        return HttpResponse("not configured\n", status=503, content_type="text/plain")
    is_new = events.receive(event)
    return HttpResponse("kept\n" if is_new else "known\n", content_type="text/plain")
