"""A form that a device sends under a key is done once, however often it arrives."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
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
        SentAct.objects.bulk_create(
            [SentAct(key=key, user=by, path=path[:200])], ignore_conflicts=True
        )
        row = SentAct.objects.select_for_update().get(key=key, user=by)
        if row.location:
            return HttpResponseRedirect(row.location)
        response = act()
        if not isinstance(response, HttpResponseRedirect):
            transaction.set_rollback(True)
            return response
        row.location = response.url[:500]
        row.save(update_fields=["location"])
    return response


def forget_old() -> int:
    """Delete keys that no device sends any more; how many."""
    return SentAct.objects.filter(received_at__lt=now() - KEPT).delete()[0]
