from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "services.inspections"
    label = "inspections"

    def ready(self) -> None:
        from services.cases.queries import stored
        from services.inspections import (
            destroying,  # noqa: F401 - what goes with the archive of a case
            exporting,  # noqa: F401 - the open export
            kind,  # noqa: F401 - the kind of step
            tasks,  # noqa: F401 - photos that no row names
        )
        from services.inspections.models import InspectionPhoto

        stored.add("inspections", InspectionPhoto.objects.all)
