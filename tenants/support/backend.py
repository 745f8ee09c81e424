"""The support user's session: good for as long as the consent, checked with every request.

The session says which backend vouches for its user, and Django asks that backend each time it
needs the user. A consent that was revoked or has run out, an operator who is none any more, a
session brought to another city: there is no user then, on any page.
"""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from accounts.models import User
from kernel.clock import now
from tenants.backend.scope import in_public
from tenants.registry.current import city_or_none
from tenants.support.actions import is_operator, login_of
from tenants.support.models import Visit

PATH = "tenants.support.backend.SupportBackend"
PREFIX = login_of(0).removesuffix("0")


def is_support(user: object) -> bool:
    return isinstance(user, User) and user.login.startswith(PREFIX)


def reads_as_admin(user: User) -> bool:
    """Whether this user is shown an administrator's pages without being one."""
    return is_support(user)


def visit_of(user: User) -> Visit | None:
    """The consent this support user lives on, if it holds now."""
    city, number = city_or_none(), user.login.removeprefix(PREFIX)
    if city is None or not number.isdigit():
        return None
    with in_public():
        visit = Visit.objects.filter(pk=int(number), city_id=city.pk).first()
        if visit is None or not visit.is_open(now()) or not is_operator(visit):
            return None
    return visit


class SupportBackend(BaseBackend):
    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Nobody gets in with words: only by the link."""
        return None

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None or not is_support(user) or visit_of(user) is None:
            return None
        return user
