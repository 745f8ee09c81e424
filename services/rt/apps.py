from django.apps import AppConfig


class RtConfig(AppConfig):
    name = "services.rt"
    label = "rt"
