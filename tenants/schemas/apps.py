from django.apps import AppConfig


class SchemasConfig(AppConfig):
    name = "tenants.schemas"

    def ready(self) -> None:
        from tenants.schemas import integrity  # noqa: F401 - system check
