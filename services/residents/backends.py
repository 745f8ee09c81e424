"""Signing in with NIK and password."""

from accounts.backends import LoginBackend
from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from services.residents.actions import login_for
from services.residents.sealing import fingerprint
from tenants.registry.current import city_or_none


class NikBackend(LoginBackend):
    """Residents: the NIK is looked up by its keyed hash. Only on a city's own host."""

    def login_of(self, typed: str) -> str | None:
        if city_or_none() is None:
            return None
        try:
            return login_for(fingerprint(parse_nik(typed).digits))
        except RuleBroken:
            return None
