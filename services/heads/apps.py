from django.apps import AppConfig


class HeadsConfig(AppConfig):
    name = "services.heads"
    label = "heads"

    def ready(self) -> None:
        from services.heads import exporting  # noqa: F401 - the open export
