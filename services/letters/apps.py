from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "services.letters"
    label = "letters"

    def ready(self) -> None:
        from services.letters import custody  # noqa: F401 - the open export
        from services.letters.queries import issued_since
        from tenants.registry.entitlements import meter

        meter("letters")(issued_since)
