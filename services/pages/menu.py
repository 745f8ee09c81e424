"""Where a signed-in person may go in their city."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.models import User
from services.pages.access import today
from tenants.office import queries as office
from tenants.office.models import Post
from tenants.registry.current import city_or_none
from ui.menu import Link

NEIGHBOURHOOD = {Post.Role.KETUA_RT, Post.Role.KETUA_RW}


def roles(request: HttpRequest) -> set[str]:
    """The roles of whoever is signed in; one query, once per request."""
    cached: set[str] | None = getattr(request, "_roles", None)
    if cached is None:
        user = request.user
        if isinstance(user, User) and city_or_none() is not None:
            cached = {post.role for post in office.posts_of(user, today())}
        else:
            cached = set()
        request._roles = cached  # type: ignore[attr-defined]
    return cached


def links(request: HttpRequest) -> Iterator[Link]:
    """The areas this person may enter."""
    user = request.user
    if isinstance(user, User) and user.login.startswith("nik:"):
        yield Link(gettext("Siapa membuka data saya"), "/akses/", "eye", 60, is_work=False)
    held = roles(request)
    if held & NEIGHBOURHOOD:
        yield Link(gettext("Ketua RT"), "/rt/", "users", 20)
    if held - NEIGHBOURHOOD - {Post.Role.ADMIN}:
        yield Link(gettext("Meja kerja"), "/meja/", "inbox", 30)
    if Post.Role.ADMIN in held:
        yield Link(gettext("Kelola kota"), "/kelola/", "settings", 40)
