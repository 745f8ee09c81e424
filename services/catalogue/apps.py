from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "services.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from services.catalogue import seed  # noqa: F401 - registers the seeder
        from services.catalogue.queries import services_task
        from tenants.office import readiness

        readiness.tasks.add("layanan", services_task, order=20)
