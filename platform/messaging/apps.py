from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from messaging import delivery  # noqa: F401 - carries events
        from messaging.channels import push  # noqa: F401 - a channel
