"""A form that a device sends under a key is done once, however often it arrives."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from accounts.models import User
from kernel.clock import now
from offline.models import SentAct

HEADER = "Idempotency-Key"
KEPT = timedelta(days=60)  # devices forget what they could not send before that


def key_of(request: HttpRequest) -> UUID | None:
    """The key of a form that a device sent; None for any other request."""
    if request.method != "POST":
        return None
    try:
        return UUID(request.headers.get(HEADER, ""))
    except ValueError:
        return None


def once(
    *, key: UUID, by: User, path: str, act: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Do what the form asks, or answer as the first time.

    The row of the key and what the act writes are one transaction: a second request with the same
    key waits for the first. An act that is refused, by an error or by a form that has to be mended,
    writes nothing and may come again.
    """
    with transaction.atomic():
        row, is_first = SentAct.objects.get_or_create(
            key=key, user=by, defaults={"path": path[:200]}
        )
        if not is_first:
            return HttpResponseRedirect(row.location) if row.location else HttpResponse(status=204)
        response = act()
        if response.status_code >= 400:
            transaction.set_rollback(True)
        elif isinstance(response, HttpResponseRedirect):
            row.location = response.url[:500]
            row.save(update_fields=["location"])
    return response


def forget_old() -> int:
    """Delete keys that no device sends any more; how many."""
    return SentAct.objects.filter(received_at__lt=now() - KEPT).delete()[0]
