from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "tenants.support"
    label = "support"

    def ready(self) -> None:
        from tenants.console import extensions as console_extensions
        from tenants.office import queries as office
        from tenants.support import backend, banners, console, questions
        from ui import banner

        office.readers.add("tenants.support", backend.reads_as_admin)
        banner.register(banners.banners)
        console_extensions.section(order=60)(console.section)
        console_extensions.page(
            "Pertanyaan kota", "console-questions", order=30, waiting=questions.waiting
        )
