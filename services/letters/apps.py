from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "services.letters"
    label = "letters"

    def ready(self) -> None:
        from services.letters import (
            exporting,  # noqa: F401 - the open export
            series,  # noqa: F401 - numbers in the report of gaps
        )
        from services.letters.following import keep_counting
        from services.letters.models import Letter
        from services.letters.queries import issued_since
        from services.residents import merging
        from tenants.office import decrees
        from tenants.registry.entitlements import meter

        meter("letters")(issued_since)
        decrees.moved.add("letters", keep_counting)
        merging.follows.add("letters", merging.Follow(Letter, "person"))
