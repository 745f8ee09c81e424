from django.apps import AppConfig


class NeighbourhoodConfig(AppConfig):
    name = "services.neighbourhood"
    label = "neighbourhood"

    def ready(self) -> None:
        from services.neighbourhood import (
            exporting,  # noqa: F401 - the open export
            following,
        )

        following.register()
