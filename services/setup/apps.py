from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "services.setup"
    label = "setup"

    def ready(self) -> None:
        from services.setup import identity
        from ui import brand

        brand.register(identity.current, identity.logo)
