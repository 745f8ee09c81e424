from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "services.inbox"
    label = "inbox"

    def ready(self) -> None:
        from services.cases.queries import also_read
        from services.inbox import (
            destroying,  # noqa: F401 - what goes with the archive of a case
            exporting,  # noqa: F401 - the open export
            own_copy,  # noqa: F401 - nothing of it is in a resident's copy
        )
        from services.inbox.advice import is_asked
        from services.inbox.following import hand_over, is_asked_of
        from tenants.office import decrees, own_roles

        also_read.add("advice", is_asked)
        decrees.closed.add("advice", hand_over)
        own_roles.named_by.add("advice", is_asked_of)
