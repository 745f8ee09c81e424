from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "tenants.registry"
    label = "registry"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from messaging import outbox
        from tenants.registry import hosts, integrity, queries  # noqa: F401 - system check
        from tenants.registry.menu import links
        from tenants.registry.models import City, Domain
        from ui import menu

        menu.register(links)
        outbox.schemas = queries.schemas_with_work

        def changed(**_kwargs: object) -> None:
            hosts.announce()

        for model in (City, Domain):
            for signal in (post_save, post_delete):
                signal.connect(changed, sender=model, weak=False, dispatch_uid=f"hosts_{model}")
