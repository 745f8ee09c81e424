from django.apps import AppConfig


class DuesConfig(AppConfig):
    name = "services.dues"
    label = "dues"

    def ready(self) -> None:
        from services.dues import (
            exporting,  # noqa: F401 - the open export
            passing,  # noqa: F401 - the book at a hand-over
            tasks,  # noqa: F401 - bills that no line names
        )
