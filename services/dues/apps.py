from django.apps import AppConfig


class DuesConfig(AppConfig):
    name = "services.dues"
    label = "dues"

    def ready(self) -> None:
        from services.dues import (
            exporting,  # noqa: F401 - the open export
            numbering,  # noqa: F401 - numbers in the report of gaps
            own_copy,  # noqa: F401 - a resident's copy of the own data
            passing,  # noqa: F401 - the book at a hand-over
            tasks,  # noqa: F401 - bills that no line names
        )
