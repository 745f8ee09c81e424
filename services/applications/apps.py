from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "services.applications"
    label = "applications"

    def ready(self) -> None:
        from services.applications import (
            exporting,  # noqa: F401 - the open export
            kind,  # noqa: F401 - the kind of case
        )
        from services.applications.following import work_names_role
        from tenants.office import own_roles

        own_roles.named_by.add("applications", work_names_role)
