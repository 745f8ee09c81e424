from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "services.applications"
    label = "applications"

    def ready(self) -> None:
        from services.applications import custody  # noqa: F401 - the open export
        from services.applications.queries import bytes_stored, overdue_steps
        from tenants.registry import health
        from tenants.registry.entitlements import meter

        meter("storage")(bytes_stored)
        health.probe("overdue", label="Langkah lewat tenggat")(overdue_steps)
