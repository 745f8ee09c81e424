"""Which kelurahan and desa take requests, and which requests wait where nobody is."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.models import User
from services.applications import staffed
from services.pages.access import today
from services.setup.views import PER_PAGE, for_admins, page_of
from tenants.office import readiness
from tenants.office.models import Post

MOST_SHOWN = 200  # empty posts


@for_admins
@require_safe
def readiness_page(request: HttpRequest, user: User) -> HttpResponse:
    """The villages that are not ready with what each lacks; above them the requests that wait at
    empty posts, without a word about whose they are."""
    posts = Post.objects.filter(role__in=[Post.Role.LOKET, Post.Role.LURAH]).order_by("pk")
    found = readiness.unready_villages(today()).select_related("parent")
    wanted = request.GET.get("cari", "").strip()[:100]
    if wanted:
        found = found.filter(name__icontains=wanted)
    page = Paginator(
        found.prefetch_related(Prefetch("posts", posts, to_attr="desks")), PER_PAGE
    ).get_page(request.GET.get("hal"))
    return page_of(
        request, "readiness", page=page, wanted=wanted,
        rows=[(unit, _missing(unit)) for unit in page.object_list],
        empty=staffed.empty_posts(today())[:MOST_SHOWN],
        all=readiness.villages(today()).count(), ready=readiness.ready_villages(today()).count(),
    )  # fmt: skip


def _missing(unit: Any) -> list[Post]:
    """The posts to fill before this village takes requests (prefetched)."""
    held = {
        Post.Role.LOKET: unit.has_counter,
        Post.Role.LURAH: unit.has_head,
    }
    return [post for post in unit.desks if not held[Post.Role(post.role)]]
