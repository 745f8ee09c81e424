from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "services.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from services.catalogue import seed  # noqa: F401 - registers the seeder
