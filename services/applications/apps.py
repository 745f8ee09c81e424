from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "services.applications"
    label = "applications"

    def ready(self) -> None:
        from services.applications import (
            destroying,  # noqa: F401 - what goes with the archive of a case
            exporting,  # noqa: F401 - the open export
            kind,  # noqa: F401 - the kind of case
            own_parts,  # noqa: F401 - a resident's copy of the own data
        )
        from services.applications.following import names_no_other, work_names_role
        from services.applications.models import Application, LifeEvent, OnBehalf
        from services.residents import merging
        from tenants.office import own_roles

        follow = merging.Follow
        applications = follow(Application, "applicant")
        merging.follows.add("applications.applications", applications)
        merging.follows.add("applications.events", follow(LifeEvent, "person", may=names_no_other))
        merging.follows.add("applications.codes", follow(OnBehalf, "code_of"))
        own_roles.named_by.add("applications", work_names_role)
