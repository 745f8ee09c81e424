from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "tenants.office"
    label = "office"

    def ready(self) -> None:
        from tenants.office import seed  # noqa: F401 - registers the seeders
        from tenants.office.queries import admins_today, seats_now
        from tenants.registry import people
        from tenants.registry.entitlements import meter

        meter("seats")(seats_now)
        people.known.fill("tenants.office", admins_today)
