"""Where are we?"""

from tenants.backend.place import current_place
from tenants.registry.models import City


class OutsideCity(RuntimeError):
    """City data was asked for outside any city: a programming error, never a person's."""


def city() -> City:
    """The city the running code stands in."""
    tenant = current_place.get().tenant
    if not isinstance(tenant, City):
        raise OutsideCity(f"not in a city but in schema {tenant.schema_name!r}")
    return tenant


def city_or_none() -> City | None:
    """As ``city``, or None on the platform's own pages."""
    tenant = current_place.get().tenant
    return tenant if isinstance(tenant, City) else None
