"""Work that failed for good: the platform's own, and how much each city has."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit import actions as audit
from kernel.errors import NotThere
from kernel.logs import without_addresses
from messaging import outbox
from messaging.models import Outbox
from tenants.console.views import operator_of
from tenants.registry.models import Health
from ui.page import Audience, page

SHOWN = 50
TROUBLED = [Outbox.State.FAILED, Outbox.State.HELD]


def failed_rows() -> list[dict[str, Any]]:
    """The newest failed work of the current schema, without anybody's address."""
    return [
        {
            "pk": row.pk,
            "kind": row.kind,
            "key": without_addresses(row.key),
            "error": without_addresses((row.error.strip().splitlines() or [""])[-1])[:200],
            "created_at": row.created_at,
            "attempts": row.attempts,
            "is_held": row.state == Outbox.State.HELD,
        }
        for row in Outbox.objects.filter(state__in=TROUBLED).order_by("-pk")[:SHOWN]
    ]


def try_again(pk: int) -> Outbox:
    """Give failed work of the current schema a fresh set of attempts. Raises NotThere."""
    row = _troubled(pk)
    if row.state == Outbox.State.HELD:
        outbox.resolve(pk, happened=False)
    else:
        outbox.retry(pk)
    return row


def settle(pk: int) -> Outbox:
    """Held work of the current schema did happen outside: note it. Raises NotThere."""
    row = _troubled(pk)
    if row.state != Outbox.State.HELD:
        raise NotThere("Pekerjaan ini gagal: tidak ada yang terjadi di luar.")
    outbox.resolve(pk, happened=True)
    return row


def _troubled(pk: int) -> Outbox:
    row: Outbox | None = Outbox.objects.filter(pk=pk, state__in=TROUBLED).first()
    if row is None:
        raise NotThere("Pekerjaan ini tidak sedang gagal.")
    return row


@page(Audience.OPERATOR)
@never_cache
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """What failed in public, by kind and one by one; cities as they were last counted."""
    failed = Outbox.objects.filter(state__in=TROUBLED)
    cities = Health.objects.filter(outbox_failed__gt=0).select_related("city")
    context = {
        "kinds": list(failed.values("kind").annotate(count=Count("pk")).order_by("-count", "kind")),
        "failed": failed_rows(),
        "shown": SHOWN,
        "cities": list(cities.order_by(F("outbox_failed").desc(), "city__name")[:514]),
    }
    return render(request, "console/work.html", context)


@page(Audience.OPERATOR)
@require_POST
def happened(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that an effect whose outcome was not known did happen."""
    _on_row(request, pk, "outbox.settled", settle)
    messages.success(request, "Dicatat: pekerjaan ini sudah terjadi dan tidak diulang.")
    return redirect("console-work")


@page(Audience.OPERATOR)
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Give work that failed for good a fresh set of attempts."""
    _on_row(request, pk, "outbox.retried", try_again)
    messages.success(request, "Dikirim ulang. Bila gagal lagi, ia tampil di sini lagi.")
    return redirect("console-work")


def _on_row(request: HttpRequest, pk: int, what: str, do: Callable[[int], Outbox]) -> None:
    row = do(pk)
    audit.record(
        what, actor=operator_of(request), subject="outbox", subject_id=pk,
        detail={"kind": row.kind},
    )  # fmt: skip
