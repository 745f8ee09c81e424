from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "services.pages"
    label = "pages"

    def ready(self) -> None:
        from services.pages.menu import links
        from ui import menu

        menu.register(links)
