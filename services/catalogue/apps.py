from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "services.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from services.catalogue import seed  # noqa: F401 - registers the seeder
        from services.catalogue.queries import names_dinas, names_role, services_task
        from tenants.office import decrees, own_roles, readiness

        decrees.held_up.add("catalogue", names_dinas)
        own_roles.named_by.add("catalogue", names_role)
        readiness.tasks.add("layanan", services_task, order=20)
