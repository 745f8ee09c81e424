"""Who is signed in; the platform's operators."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from accounts import mfa
from accounts.models import User
from ui.page import Audience, Elsewhere, Page, guards


def _page_of(request: HttpRequest) -> str:
    """What was asked for; of something sent, the page its form stands on."""
    came = urlsplit(request.headers.get("Referer", ""))
    if request.method == "POST" and came.netloc == request.get_host():
        return f"{came.path}?{came.query}" if came.query else came.path
    return request.get_full_path()


def _first(step: str, back_to: str) -> Elsewhere:
    return Elsewhere(redirect(f"{reverse(step)}?next={quote(back_to)}"))


def signed_in(request: HttpRequest) -> User:
    """The signed-in user. Raises Elsewhere: the sign-in page, which leads back here."""
    user = request.user
    if not isinstance(user, User):
        raise _first("sign-in", _page_of(request))
    return user


def let_signed_in(
    request: HttpRequest, _page: Page, _named: Mapping[str, object]
) -> tuple[object, ...]:
    """A guard."""
    signed_in(request)
    return ()


def let_operators(
    request: HttpRequest, _page: Page, _named: Mapping[str, object]
) -> tuple[object, ...]:
    """A guard: operators show their second step first, and set it up if they have none."""
    user = signed_in(request)
    if not user.is_operator:
        raise PermissionDenied
    if not mfa.is_verified(request):
        step = "second-step" if mfa.is_enrolled(user) else "mfa"
        raise _first(step, request.get_full_path())
    return ()


guards.add(Audience.SIGNED_IN, let_signed_in)
guards.add(Audience.OPERATOR, let_operators)
