from django.apps import AppConfig


class AidConfig(AppConfig):
    name = "services.aid"
    label = "aid"

    def ready(self) -> None:
        from services.aid import (
            exporting,  # noqa: F401 - the open export
            following,
        )

        following.register()
