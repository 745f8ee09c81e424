from django.apps import AppConfig


class OwnershipConfig(AppConfig):
    name = "tenants.ownership"
    label = "ownership"

    def ready(self) -> None:
        from tenants.console import extensions as console_extensions

        console_extensions.page("Penghapusan", "console-deletions", order=60)
        from tenants.ownership import withheld  # noqa: F401 - what Django's own tables need
