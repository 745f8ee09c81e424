"""Signing in with an e-mail address and a password."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_backends
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.models import User
from kernel.identities import folded
from kernel.registry import Hook

opens: Hook[Callable[[], Q]] = Hook(
    "accounts that open",
    "which accounts may be used now, as a condition on users: not those of the dead",
    default=Q,
)


def is_open(user: User) -> bool:
    """Whether this account may be used now. One query."""
    return User.objects.filter(opens.value(), pk=user.pk, is_active=True).exists()


def check(login: str, password: str) -> User | None:
    """The active user with this login and password; equally slow when there is none."""
    user = User.objects.filter(login=login).first()
    if user is None:
        make_password(password)
        return None
    return user if user.check_password(password) and user.is_active else None


class LoginBackend(BaseBackend):
    """Staff and operators: the login is the e-mail address."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: object,
    ) -> User | None:
        login = self.login_of(username or "")
        return check(login, password) if login and password else None

    def login_of(self, typed: str) -> str | None:
        """The login that a typed name means to this backend, however it was spelled."""
        return folded(typed) if "@" in typed else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(opens.value(), pk=user_id, is_active=True).first()


def print_of(login: str) -> str:
    """What counters remember of an account."""
    return salted_hmac("axes", login, algorithm="sha256").hexdigest()


def identity_of(typed: str) -> str:
    """A keyed hash of the account a typed login means: what is judged is what is counted."""
    backends: Any = get_backends()
    logins = (one.login_of(typed) for one in backends if isinstance(one, LoginBackend))
    login = next((found for found in logins if found), None) or folded(typed)
    return print_of(login)


def axes_identity(request: HttpRequest | None, credentials: dict[str, str] | None = None) -> str:
    """What counters remember of a typed login: a keyed hash, the same for each spelling."""
    typed = (credentials or {}).get("username") or (
        request.POST.get("username", "") if request else ""
    )
    return identity_of(typed)
