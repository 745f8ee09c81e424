"""Reads of the registry: which cities there are, by host, by schema, by code."""

import time

from django.conf import settings

from tenants.backend.place import PUBLIC
from tenants.registry.models import City
from tenants.registry.scope import in_public

_by_schema: dict[str, tuple[float, City | None]] = {}
SECONDS = 10.0  # how old a city may be for a worker; its status is read again by actions


def city_by_schema(schema_name: str) -> City | None:
    """The city with this schema, as of a few seconds ago; for workers."""
    known = _by_schema.get(schema_name)
    moment = time.monotonic()
    if known is not None and known[0] > moment:
        return known[1]
    with in_public():
        city = City.objects.filter(schema_name=schema_name).first()
    if len(_by_schema) > 2000:
        _by_schema.clear()
    _by_schema[schema_name] = (moment + SECONDS, city)
    return city


def live_cities() -> list[City]:
    """Every city in which work is done (suspended ones too: their letters are still finished)."""
    with in_public():
        return list(
            City.objects.exclude(
                status__in=[City.Status.PROVISIONING, City.Status.CLOSED]
            ).order_by("schema_name")
        )


def schemas_with_work() -> list[str]:
    """``public`` and the schema of every live city, for the outbox's sweep."""
    return [PUBLIC, *(city.schema_name for city in live_cities())]


def public_hosts() -> frozenset[str]:
    """Host names of the platform's own pages."""
    base = settings.BASE_DOMAIN
    own = {base, f"www.{base}"}
    if settings.EMBEDDED:
        own |= {"localhost", "127.0.0.1", "[::1]"}
    return frozenset(own)
