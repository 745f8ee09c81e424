from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "services.setup"
    label = "setup"
