"""Which posts the person behind a request holds today, and pages only some posts may open."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from kernel import clock
from tenants.office import queries
from tenants.office.models import Post
from tenants.registry.current import city, city_or_none

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]

RT_ROLES = frozenset({Post.Role.KETUA_RT, Post.Role.KETUA_RW})
ADMIN_ROLES = frozenset({Post.Role.ADMIN})
DESK_ROLES = frozenset(Post.Role) - RT_ROLES - ADMIN_ROLES


def today() -> date:
    """The calendar day in the current city."""
    return clock.now().astimezone(city().tz).date()


def signed_in(request: HttpRequest) -> User:
    """The user of a page that has been guarded already."""
    assert isinstance(request.user, User)
    return request.user


def posts(request: HttpRequest, roles: Iterable[str] | None = None) -> list[Post]:
    """The posts held today, all or of some roles; asked of the database once per request."""
    user = request.user
    if not isinstance(user, User) or city_or_none() is None:
        return []
    held: list[Post] | None = getattr(request, "_held_posts", None)
    if held is None:
        held = list(queries.posts_of(user, today()))
        request._held_posts = held  # type: ignore[attr-defined]
    if roles is None:
        return held
    wanted = set(roles)
    return [post for post in held if post.role in wanted]


def only_for(roles: Iterable[str]) -> Callable[[Page[P]], Page[P]]:
    """Guard a page: strangers sign in first, everybody without such a post gets a 403."""
    wanted = frozenset(roles)

    def guard(page: Page[P]) -> Page[P]:
        @wraps(page)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not posts(request, wanted):
                raise PermissionDenied
            return page(request, *args, **kwargs)

        return guarded

    return guard
