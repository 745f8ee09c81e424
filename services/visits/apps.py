from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "services.visits"
    label = "visits"

    def ready(self) -> None:
        from django.db.models import Exists, OuterRef

        from services.applications.loading import flags
        from services.cases.queries import stored
        from services.visits import (
            destroying,  # noqa: F401 - what goes with the archive of a case
            exporting,  # noqa: F401 - the open export
            own_copy,  # noqa: F401 - a resident's copy of the own data
            subscribers,  # noqa: F401 - applicants learn when somebody comes
            tasks,  # noqa: F401 - files that no row names
        )
        from services.visits.models import Stop, StopPhoto
        from services.visits.queries import HAS_VISITS

        flags.add(HAS_VISITS, Exists(Stop.objects.filter(case=OuterRef("pk"))))
        stored.add("visits", StopPhoto.objects.all)
