"""Who may take a city's data along, or away: its administrators."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from accounts.models import User
from kernel.clock import now
from tenants.office import queries as office
from tenants.registry.current import city

P = ParamSpec("P")


def for_admins(
    page: Callable[Concatenate[HttpRequest, User, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Strangers sign in first, everybody but the city's admins gets a 403."""

    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return redirect_to_login(request.get_full_path())
        if not office.is_admin(user, now().astimezone(city().tz).date()):
            raise PermissionDenied
        return page(request, user, *args, **kwargs)

    return never_cache(guarded)
