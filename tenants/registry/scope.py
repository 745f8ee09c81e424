"""Standing in a city, or in the platform's own schema; the one way to change place.

Both are safe in threads and in asyncio (the place is a context variable) and restore what was
before. ``with city:`` of django-tenants keeps its memory on the class, shared by all threads:
it is refused by a test.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils import timezone

from tenants.backend.base import standing_in
from tenants.backend.place import IN_PUBLIC, Place, SchemaTenant

if TYPE_CHECKING:
    from tenants.registry.models import City


@contextmanager
def in_city(city: "City") -> Iterator["City"]:
    """Run the block in this city: its schema and its time zone."""
    with standing_in(Place(city)), timezone.override(city.tz):
        yield city


@contextmanager
def in_public() -> Iterator[None]:
    """Run the block in the platform's own schema."""
    with standing_in(IN_PUBLIC):
        yield


@contextmanager
def in_schema(schema_name: str) -> Iterator[None]:
    """Run the block in a schema that is no city: the template, a spare, a copy being restored."""
    with standing_in(Place(SchemaTenant(schema_name))):
        yield
