from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "services.letters"
    label = "letters"
