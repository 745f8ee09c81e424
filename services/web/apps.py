from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "services.web"
    label = "web"

    def ready(self) -> None:
        from services.web import kiosk  # noqa: F401 - guards
        from services.web.menu import links
        from ui import menu

        menu.register(links)
