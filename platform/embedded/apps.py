from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    name = "embedded"

    def ready(self) -> None:
        from accounts import demo as people
        from embedded import demo

        people.register(demo.listed)
