"""A city's administrators, for the platform. The registry lies below the office: it asks whoever
registered."""

from collections.abc import Callable
from dataclasses import dataclass

from kernel.registry import Hook
from tenants.backend.scope import in_city
from tenants.registry.models import City


@dataclass(frozen=True, slots=True)
class Admin:
    """Who administers a city, and where they are reached."""

    pk: int
    name: str
    email: str
    login: str = ""
    phone: str = ""
    language: str = ""


def _nobody() -> list[Admin]:
    return []


known: Hook[Callable[[], list[Admin]]] = Hook(
    "administrators", "who administers the current city", default=_nobody
)


def administrators_of(city: City) -> list[Admin]:
    """Everyone who administers this city today."""
    with in_city(city):
        return known.value()
