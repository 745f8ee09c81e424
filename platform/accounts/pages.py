"""What the pages of accounts share: their frame, and where a person goes on."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.models import User
from ui import menu
from ui.paths import own_path


def in_city() -> bool:
    """Whether this host is a city's."""
    return bool(getattr(getattr(connection, "tenant", None), "pk", None))


def base() -> str:
    """The frame of this host's pages."""
    return "ui/base_city.html" if in_city() else "ui/base_public.html"


def wanted(request: HttpRequest) -> str:
    """The page asked for before signing in, if it is one of ours."""
    return own_path(request.POST.get("next") or request.GET.get("next") or "")


def continue_to(request: HttpRequest, user: User) -> HttpResponse:
    """Where a person who has just signed in continues: the wish, else the first work area."""
    request.user = user
    work = [link.href for link in menu.links(request) if link.is_work]
    return HttpResponseRedirect(wanted(request) or (work or ["/"])[0])
