from django.apps import AppConfig


class RtConfig(AppConfig):
    name = "services.rt"
    label = "rt"

    def ready(self) -> None:
        from ui import device

        device.area.fill("rt", device.Area(start="rt-inbox", facts="rt-device", outbox="rt-outbox"))
        from services.rt import device as _pages  # noqa: F401 - registers the pages of requests
