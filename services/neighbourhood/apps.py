from django.apps import AppConfig


class NeighbourhoodConfig(AppConfig):
    name = "services.neighbourhood"
    label = "neighbourhood"

    def ready(self) -> None:
        from services.neighbourhood import (
            board,  # noqa: F401 - a column of the board of RT
            exporting,  # noqa: F401 - the open export
            following,
            own_copy,  # noqa: F401 - a resident's copy of the own data
        )

        following.register()
