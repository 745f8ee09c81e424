"""What the pages of accounts share: their frame, and where a person goes on."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from ui import menu


def in_city() -> bool:
    """Whether this host is a city's."""
    return bool(getattr(getattr(connection, "tenant", None), "pk", None))


def base() -> str:
    """The frame of this host's pages."""
    return "ui/base_city.html" if in_city() else "ui/base_public.html"


def wanted(request: HttpRequest) -> str:
    """The page asked for before signing in, if it is one of ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if safe else ""


def continue_to(request: HttpRequest, user: User) -> HttpResponse:
    """Where a person who has just signed in continues: the wish, else the first work area."""
    request.user = user
    work = [link.href for link in menu.links(request) if link.is_work]
    return redirect(wanted(request) or (work or ["/"])[0])
