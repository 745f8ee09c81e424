from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "services.residents"
    label = "residents"
