"""A form that a device sends under a key is done once, however often it arrives."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from accounts.models import User
from kernel.clock import now
from offline.models import SentAct
from ui.device import KEY, OF_THE_PAGE
from ui.page import leads_elsewhere

HEADER = "Idempotency-Key"
KEPT = timedelta(days=60)  # devices forget what they could not send before that


def key_of(request: HttpRequest) -> UUID | None:
    """The key of a form: the one its device sent, or that of the form as it was shown together with
    what was typed into it. None for any other request."""
    if request.method != "POST":
        return None
    try:
        return UUID(request.headers.get(HEADER, ""))
    except ValueError:
        pass
    try:
        return uuid5(UUID(request.POST.get(KEY, "")), _typed(request))
    except ValueError:
        return None


def _typed(request: HttpRequest) -> str:
    """Going back and pressing again is a repetition only with the same answers."""
    texts = [(name, texts) for name, texts in request.POST.lists() if name not in OF_THE_PAGE]
    files = [
        (name, [(file.name, file.size) for file in files]) for name, files in request.FILES.lists()
    ]
    return json.dumps([request.path, texts, files])


def is_known(*, key: UUID, by: User) -> bool:
    """Whether the form with this key was done already."""
    return SentAct.objects.filter(key=key, user=by).exists()


def once(
    *, key: UUID, by: User, path: str, act: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Do what the form asks, or answer as the first time.

    The row of the key and what the act writes are one transaction: a second request with the same
    key waits for the first. An act that is refused, by an error, by a form that has to be mended or
    by a page that comes first, writes nothing and may come again. One that shows a page instead of
    leading to the next did nothing that a repetition could do twice.
    """
    with transaction.atomic():
        row, is_first = SentAct.objects.get_or_create(
            key=key, user=by, defaults={"path": path[:200]}
        )
        if not is_first:
            return HttpResponseRedirect(row.location) if row.location else HttpResponse(status=204)
        response = act()
        if response.status_code >= 400 or leads_elsewhere(response):
            transaction.set_rollback(True)
        elif isinstance(response, HttpResponseRedirect):
            row.location = response.url[:500]
            row.save(update_fields=["location"])
        elif response.status_code != 204:
            row.delete()
    return response


def forget_old() -> int:
    """Delete keys that no device sends any more; how many."""
    return SentAct.objects.filter(received_at__lt=now() - KEPT).delete()[0]
