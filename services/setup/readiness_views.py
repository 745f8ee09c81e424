"""Which kelurahan and desa take requests, and which requests wait where nobody is."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.models import User
from kernel.clock import now
from messaging.queries import failed_mails
from services.cases import waiting
from services.setup.views import PER_PAGE, page_of
from services.web.access import today
from tenants.office import readiness
from tenants.office.models import Post
from tenants.office.roles import Can, can, having
from ui.page import Audience, page

MOST_SHOWN = 200  # posts


@page(Audience.ADMIN)
@require_safe
def readiness_page(request: HttpRequest, user: User) -> HttpResponse:
    """The villages that are not ready with what each lacks; above them the requests that wait at
    empty posts or past their clock, without a word about whose they are."""
    posts = Post.objects.filter(having(Can.COUNTER) | having(Can.HEADS)).order_by("pk")
    found = readiness.unready_villages(today()).select_related("parent")
    wanted = request.GET.get("q", "").strip()[:100]
    if wanted:
        found = found.filter(name__icontains=wanted)
    page = Paginator(
        found.prefetch_related(Prefetch("posts", posts, to_attr="desks")), PER_PAGE
    ).get_page(request.GET.get("page"))
    return page_of(
        request, "readiness", page=page, wanted=wanted,
        rows=[(unit, _missing(unit)) for unit in page.object_list],
        empty=waiting.by_post(waiting.unattended(today()))[:MOST_SHOWN],
        late=waiting.by_post(waiting.late(now()))[:MOST_SHOWN],
        all=readiness.villages(today()).count(), ready=readiness.ready_villages(today()).count(),
    )  # fmt: skip


def _missing(unit: Any) -> list[Post]:
    """The posts to fill before this village takes requests (prefetched)."""
    return [
        post for post in unit.desks
        if not (unit.has_counter if can(post.role, Can.COUNTER) else unit.has_head)
    ]  # fmt: skip


@page(Audience.ADMIN)
@require_safe
def undelivered(request: HttpRequest, user: User) -> HttpResponse:
    """Mails that did not arrive: when, and to which address, mostly covered."""
    page = Paginator(failed_mails(), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(row.created_at, covered(str(row.payload.get("to", "")))) for row in page.object_list]
    return page_of(request, "undelivered", page=page, rows=rows)


def covered(address: str) -> str:
    """Enough of an address for its owner to know it: ``s•••@example.com``."""
    name, at, host = address.partition("@")
    return f"{name[:1]}•••{at}{host}" if name else "–"
