"""What commands about one city share."""

from django.core.management.base import CommandError

from tenants.backend.scope import in_public
from tenants.registry.models import City


def the_city(code: str | None) -> City:
    """The city with this Kemendagri code. Raises CommandError."""
    with in_public():
        city: City | None = City.objects.filter(code=code).first()
    if city is None:
        raise CommandError(f"Tidak ada kota dengan kode {code}.")
    return city
