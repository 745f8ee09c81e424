from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "services.portal"
    label = "portal"

    def ready(self) -> None:
        from ui import device

        device.alone.fill(
            "portal",
            device.Alone(
                start="verify-form",
                page="verify-offline",
                files=("check-letter.js",),
                data=("check-keys", "check-revoked"),
            ),
        )
