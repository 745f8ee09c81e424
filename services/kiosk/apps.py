from django.apps import AppConfig


class KioskConfig(AppConfig):
    name = "services.kiosk"
    label = "kiosk"
