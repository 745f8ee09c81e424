"""Signing in with NIK and password."""

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from accounts.backends import LoginBackend
from accounts.models import User
from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from services.residents import codes
from services.residents.actions import NOT_HERE, login_of
from services.residents.models import OfficialIdentity, Person
from tenants.registry.current import city_or_none


def not_gone() -> Q:
    """Accounts of residents who live here, and of officials who did not die; everybody's outside
    cities. Asked with each request, so an open session ends with the death that is recorded, and
    undoing it gives the account back."""
    if city_or_none() is None:
        return Q()
    gone = Person.objects.filter(account__user=OuterRef("pk")).exclude(
        status=codes.Status.ALIVE, merged_into=None
    )
    died = Person.objects.filter(nik_print=OuterRef("nik_print"), status=codes.Status.DEAD)
    official = OfficialIdentity.objects.filter(Exists(died), user=OuterRef("pk"))
    return ~Exists(gone) & ~Exists(official)


class NikBackend(LoginBackend):
    """Residents: the NIK is looked up by its keyed hash. Only on a city's own host."""

    def login_of(self, typed: str) -> str | None:
        if city_or_none() is None:
            return None
        try:
            return login_of(parse_nik(typed).digits)
        except RuleBroken:
            return None

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: object,
    ) -> User | None:
        """Raises RuleBroken for the right password of somebody who does not live here (any
        more)."""
        user = super().authenticate(request, username, password, **kwargs)
        if user is not None and not Person.objects.living_here().filter(account__user=user):
            raise RuleBroken(NOT_HERE)
        return user
