from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Installed last: when every app has registered what it offers, nothing more is taken."""

    name = "config"

    def ready(self) -> None:
        from django.utils.module_loading import autodiscover_modules

        from kernel import registry

        autodiscover_modules("events", "tasks", "notices", "subscribers")
        registry.freeze_all()
