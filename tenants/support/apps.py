from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "tenants.support"
    label = "support"

    def ready(self) -> None:
        from tenants.console import slots as console_slots
        from tenants.office import queries as office
        from tenants.support import backend, banners, console, questions
        from ui import banner

        office.readers.add("tenants.support", backend.reads_as_admin)
        banner.register(banners.banners)
        console_slots.section(order=60)(console.section)
        console_slots.page(
            "Pertanyaan kota", "console-questions", order=30, waiting=questions.waiting
        )
