"""A browser asks to be told, or not to be told any more."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from messaging.channels import push
from ui.page import Audience, page


@page(Audience.SIGNED_IN)
@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Take what the browser gave: its address and keys."""
    told = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    push.subscribe(user_id=signed_in(request).pk, **told)
    return HttpResponse(status=204)


@page(Audience.SIGNED_IN)
@require_POST
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """Forget it."""
    push.unsubscribe(user_id=signed_in(request).pk, endpoint=request.POST.get("endpoint", ""))
    return HttpResponse(status=204)
