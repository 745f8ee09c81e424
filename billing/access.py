"""Who may see a city's money: its administrators."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.models import User
from kernel.clock import now
from tenants.office import queries as office
from tenants.registry.current import city

P = ParamSpec("P")


def is_admin(request: HttpRequest) -> bool:
    """Whether whoever asks administers the current city."""
    user = request.user
    today = now().astimezone(city().tz).date()
    return isinstance(user, User) and office.is_admin(user, today)


def for_admins(
    page: Callable[Concatenate[HttpRequest, User, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Guard a page: strangers sign in first, everybody but the city's admins gets a 403."""

    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return redirect_to_login(request.get_full_path())
        if not is_admin(request):
            raise PermissionDenied
        return page(request, user, *args, **kwargs)

    return never_cache(guarded)
