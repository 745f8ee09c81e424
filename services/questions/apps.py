from django.apps import AppConfig


class QuestionsConfig(AppConfig):
    name = "services.questions"
    label = "questions"

    def ready(self) -> None:
        from services.questions import kinds  # noqa: F401 - registers the kinds
