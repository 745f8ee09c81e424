from django.apps import AppConfig


class AidConfig(AppConfig):
    name = "services.aid"
    label = "aid"

    def ready(self) -> None:
        from services.aid import (
            exporting,  # noqa: F401 - the open export
            following,
            own_copy,  # noqa: F401 - a resident's copy of the own data
        )

        following.register()
