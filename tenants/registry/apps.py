from functools import partial

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "tenants.registry"
    label = "registry"

    def ready(self) -> None:
        from django.db import transaction
        from django.db.models.signals import post_delete, post_save

        from messaging import mail, sweeping
        from messaging.queries import mails_since
        from tenants.registry import (
            entitlements,
            hosts,
            queries,
        )
        from tenants.registry.menu import links
        from tenants.registry.models import City, Domain
        from ui import menu

        menu.register(links)
        sweeping.schemas.fill("tenants.registry", queries.schemas_with_work)
        entitlements.meter("messages")(mails_since)
        mail.has_room.fill("tenants.registry", partial(entitlements.has_room, "messages"))

        def changed(sender: object, instance: object, **_kwargs: object) -> None:
            hosts.announce()
            if isinstance(instance, City):
                transaction.on_commit(partial(queries.forget, instance.schema_name))

        for model in (City, Domain):
            for signal in (post_save, post_delete):
                signal.connect(changed, sender=model, weak=False, dispatch_uid=f"hosts_{model}")
