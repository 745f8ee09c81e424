from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "services.pages"
    label = "pages"

    def ready(self) -> None:
        from services.pages import access  # noqa: F401 - guards
        from services.pages.menu import links
        from ui import menu

        menu.register(links)
