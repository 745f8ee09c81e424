from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "services.setup"
    label = "setup"

    def ready(self) -> None:
        from services.setup import face
        from ui import brand

        brand.register(face.current, face.logo)
