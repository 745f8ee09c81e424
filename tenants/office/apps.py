from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "tenants.office"
    label = "office"
