"""A new city starts with every shipped service."""

from services.catalogue.actions import open_all_shipped
from tenants.registry.models import City
from tenants.registry.provisioning import seeder


@seeder(order=50, label="Menyiapkan layanan")
def publish_shipped(city: City) -> None:
    """All of them, published as they are shipped."""
    open_all_shipped()
