from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "services.residents"
    label = "residents"

    def ready(self) -> None:
        from services.residents import custody  # noqa: F401 - the open export
