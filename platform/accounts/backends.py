"""Signing in with an e-mail address and a password."""

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.models import User


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
        if not username or not password or "@" not in username:
            return None
        return check(username, password)

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()


def axes_identity(request: HttpRequest | None, credentials: dict[str, str] | None = None) -> str:
    """What the lockout counter remembers of a typed login: a keyed hash, never the NIK."""
    typed = (credentials or {}).get("username") or (
        request.POST.get("username", "") if request else ""
    )
    return salted_hmac("axes", "".join(typed.lower().split()), algorithm="sha256").hexdigest()
