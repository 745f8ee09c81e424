from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "services.records"
    label = "records"

    def ready(self) -> None:
        from services.cases.queries import stored
        from services.records import (
            exporting,  # noqa: F401 - the open export
            numbering,  # noqa: F401 - numbers in the report of gaps
            own_copy,  # noqa: F401 - a resident's copy of the own data
            reports,  # noqa: F401 - PATEN and numbers
            shelf,  # noqa: F401 - agendas and registers
            subscribers,  # noqa: F401 - what ended is filed
            tasks,  # noqa: F401 - work of workers
        )
        from services.records.models import ArchiveItem, EntryScan, PaperScan
        from services.residents import merging

        stored.add("records", EntryScan.objects.all)
        stored.add("records.papers", PaperScan.objects.all)
        merging.follows.add("records", merging.Follow(ArchiveItem, "person"))
