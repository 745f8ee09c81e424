"""Who is asking? Pages of a resident begin here."""

from datetime import date
from urllib.parse import quote, urlsplit

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.shortcuts import redirect

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from services.residents.models import Person
from services.residents.queries import person_of
from tenants.registry.current import city


class SignInFirst(Exception):
    """Shown as the sign-in page, which leads back here."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        self.response = redirect(f"/masuk/?next={quote(_page_of(request))}")


def _page_of(request: HttpRequest) -> str:
    """What was asked for; of something sent, the page its form stands on."""
    came = urlsplit(request.headers.get("Referer", ""))
    if request.method == "POST" and came.netloc == request.get_host():
        return f"{came.path}?{came.query}" if came.query else came.path
    return request.get_full_path()


def signed_in(request: HttpRequest) -> User:
    """The signed-in user. Raises SignInFirst."""
    user: User | AnonymousUser = request.user
    if isinstance(user, AnonymousUser):
        raise SignInFirst(request)
    return user


def resident(request: HttpRequest) -> tuple[User, Person]:
    """The signed-in resident. Raises SignInFirst, or RuleBroken for an official's account."""
    user = signed_in(request)
    person = person_of(user)
    if person is None:
        raise RuleBroken(
            "Akun ini bukan akun warga. Untuk mengajukan permohonan, keluar dulu, lalu masuk "
            "dengan NIK Anda."
        )
    return user, person


def today() -> date:
    """The date in the city."""
    return now().astimezone(city().tz).date()
