from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "services.residents"
    label = "residents"

    def ready(self) -> None:
        from services.residents import custody  # noqa: F401 - the open export
        from services.residents.officials import are_one_person
        from tenants.ownership import closing

        closing.on_comparing(are_one_person)
