"""The people of a demonstration, listed on the sign-in page.

Only ``possible`` decides whether they exist: settings.DEMO, which production refuses to start
with, and a city marked as a demonstration (or the platform's own host).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_noop

from accounts.models import User
from kernel.registry import Registry, name_of


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody whose place a visitor may take."""

    user_id: int
    name: str
    role: str  # "Ketua RT"
    place: str = ""  # "RT 05, Kelurahan Belimbing"


Source = Callable[[], Iterable[DemoPerson]]
sources: Registry[Source] = Registry("demo people", "people of a demonstration to sign in as")


def register(source: Source) -> None:
    """Add people to the list; called in ``AppConfig.ready``."""
    sources.add(name_of(source), source)


def possible() -> bool:
    """Whether this host may be entered without a password."""
    city = getattr(connection, "tenant", None)
    in_city = bool(getattr(city, "pk", None))
    return bool(settings.DEMO and (not in_city or getattr(city, "is_demo", False)))


def people() -> list[DemoPerson]:
    """The demonstration's people on this host; none where there is no demonstration."""
    if not possible():
        return []
    operators = [
        DemoPerson(user.pk, user.name, gettext_noop("Operator platform"))
        for user in User.objects.filter(is_operator=True, is_active=True).order_by("pk")[:3]
    ]
    return operators + [person for source in sources for person in source()]
