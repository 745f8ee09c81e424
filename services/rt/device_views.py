"""What the phone of a head asks, and what it could not send yet."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kernel.clock import now
from messaging.channels.push import public_key
from services.web.device import kept_until, pages_of
from tenants.office.access import visitor
from ui.page import Audience, page


@page(Audience.SIGNED_IN, is_office=True)
@never_cache
@require_safe
def facts(request: HttpRequest) -> HttpResponse:
    """Whose phone this is, until when it may keep which pages, what lets it send forms, and what a
    browser needs to show notices; of somebody without a post that one has ended."""
    who = visitor(request)
    until = kept_until(who, now())
    if until is None:
        return JsonResponse({"who": str(who.user.pk), "ended": True}, status=403)
    return JsonResponse(
        {
            "who": str(who.user.pk),
            "token": get_token(request),
            "until": int(until.timestamp() * 1000),
            "pages": pages_of(who),
            "push": {
                "key": public_key(),
                "subscribe": reverse("push-subscribe"),
                "unsubscribe": reverse("push-unsubscribe"),
            },
        }
    )


@page(Audience.SIGNED_IN, is_office=True)
@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """What was pressed without a signal: the phone itself fills the list, also with what did not
    arrive before a post ended."""
    return render(request, "rt/outbox.html")
