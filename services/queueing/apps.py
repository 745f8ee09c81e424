from django.apps import AppConfig


class QueueingConfig(AppConfig):
    name = "services.queueing"
    label = "queueing"

    def ready(self) -> None:
        from services.queueing import (
            following,
            own_copy,  # noqa: F401 - a resident's copy of the own data
            tasks,  # noqa: F401 - the end of a day
        )

        following.register()
