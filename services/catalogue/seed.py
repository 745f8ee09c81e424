"""A new city starts with every shipped service."""

from services.catalogue.actions import open_shipped
from services.catalogue.shipped import shipped
from tenants.registry.models import City
from tenants.registry.provisioning import seeder


@seeder(order=50, label="Menyiapkan layanan")
def publish_shipped(city: City) -> None:
    for blueprint in shipped():
        open_shipped(blueprint)
