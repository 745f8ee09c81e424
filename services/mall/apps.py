from django.apps import AppConfig


class MallConfig(AppConfig):
    name = "services.mall"
    label = "mall"

    def ready(self) -> None:
        from services.mall import (
            exporting,  # noqa: F401 - the open export
            following,
            tasks,  # noqa: F401 - lists, and ends that are near
        )

        following.register()
