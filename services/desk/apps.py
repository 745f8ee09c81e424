from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "services.desk"
    label = "desk"

    def ready(self) -> None:
        from services.desk import field_device  # noqa: F401 - pages kept on phones
