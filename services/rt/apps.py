from django.apps import AppConfig


class RtConfig(AppConfig):
    name = "services.rt"
    label = "rt"

    def ready(self) -> None:
        from ui import device

        starts = ("rt-inbox", "field-home")
        device.area.fill("rt", device.Area(starts, facts="rt-device", outbox="rt-outbox"))
        from services.rt import device as _pages  # noqa: F401 - registers the pages of requests
