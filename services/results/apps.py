from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "services.results"
    label = "results"

    def ready(self) -> None:
        from services.results import (
            destroying,  # noqa: F401 - what goes with the archive of a case
            exporting,  # noqa: F401 - the open export
            tasks,  # noqa: F401 - files that no row names
        )
