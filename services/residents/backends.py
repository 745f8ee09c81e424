"""Signing in with NIK and password."""

from django.http import HttpRequest

from accounts.backends import LoginBackend, check
from accounts.models import User
from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from services.residents.actions import login_for
from services.residents.sealing import fingerprint
from tenants.registry.current import city_or_none


class NikBackend(LoginBackend):
    """Residents: the NIK is looked up by its keyed hash. Only on a city's own host."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: object,
    ) -> User | None:
        if not username or not password or city_or_none() is None:
            return None
        try:
            nik = parse_nik(username)
        except RuleBroken:
            return None
        return check(login_for(fingerprint(nik.digits)), password)
