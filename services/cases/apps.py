from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "services.cases"
    label = "cases"

    def ready(self) -> None:
        from offline.middleware import preparations
        from services.cases import (
            exporting,  # noqa: F401 - the open export
            numbering,  # noqa: F401 - numbers in the report of gaps
        )
        from services.cases.following import (
            hand_over,
            waiting_vouches,
            work_waits_for,
            work_waits_there,
        )
        from services.cases.queries import bytes_stored, overdue_steps
        from services.cases.steps import desk, payment, signature  # noqa: F401 - kinds of step
        from services.cases.uploads import judged_first
        from tenants.office import decrees, handing_over, own_roles
        from tenants.registry import health
        from tenants.registry.entitlements import meter

        meter("storage")(bytes_stored)
        preparations.add("files", judged_first)
        decrees.closed.add("cases", hand_over)
        decrees.held_up.add("cases", work_waits_there)
        handing_over.passed_on.add("cases", waiting_vouches, order=10)
        own_roles.named_by.add("cases", work_waits_for)
        health.probe("overdue", label="Langkah lewat tenggat")(overdue_steps)
