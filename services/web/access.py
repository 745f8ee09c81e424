"""Who is asking? Pages of a resident begin here."""

from datetime import date

from django.http import HttpRequest

from accounts.access import signed_in
from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from services.residents.models import Person
from services.residents.queries import person_of
from tenants.registry.current import city


def resident(request: HttpRequest) -> tuple[User, Person]:
    """The signed-in resident. Raises Elsewhere, or RuleBroken for an official's account."""
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
