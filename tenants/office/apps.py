from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "tenants.office"
    label = "office"

    def ready(self) -> None:
        from tenants.office import seed  # noqa: F401 - registers the seeders
