from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "services.applications"
    label = "applications"

    def ready(self) -> None:
        from services.applications import custody  # noqa: F401 - the open export
        from services.applications.following import (
            hand_over,
            work_names_role,
            work_waits_there,
        )
        from services.applications.queries import bytes_stored, overdue_steps
        from tenants.office import decrees, own_roles
        from tenants.registry import health
        from tenants.registry.entitlements import meter

        meter("storage")(bytes_stored)
        decrees.closed.add("applications", hand_over)
        decrees.held_up.add("applications", work_waits_there)
        own_roles.named_by.add("applications", work_names_role)
        health.probe("overdue", label="Langkah lewat tenggat")(overdue_steps)
