from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "tenants.office"
    label = "office"

    def ready(self) -> None:
        from tenants.office import access, seed  # noqa: F401 - guards, and the seeders
        from tenants.office.queries import admins_today, seats_now
        from tenants.registry import people
        from tenants.registry.entitlements import meter

        meter("seats")(seats_now)
        people.known.fill("tenants.office", admins_today)
