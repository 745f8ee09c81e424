"""Publishing services in a city."""

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service, ServiceVersion


@transaction.atomic
def publish(blueprint: Blueprint, *, actor: User | None) -> ServiceVersion:
    """Make a definition the current version; publishing the same content again changes nothing."""
    service, _ = Service.objects.select_for_update().get_or_create(
        slug=blueprint.slug,
        defaults={"title": blueprint.title, "category": blueprint.category},
    )
    digest = blueprint.digest()
    version, created = ServiceVersion.objects.get_or_create(
        service=service,
        digest=digest,
        defaults={
            "release": blueprint.release,
            "definition": blueprint.canonical(),
            "published_by": actor,
        },
    )
    if service.current_id != version.pk:
        service.current = version
        service.title, service.category = blueprint.title, blueprint.category
        service.save(update_fields=["current", "title", "category"])
        audit.record(
            "service.published",
            actor=actor,
            subject="service",
            subject_id=blueprint.slug,
            detail={"digest": digest, "new": created},
        )
    return version


@transaction.atomic
def switch(*, service_id: int, on: bool, actor: User) -> Service:
    """Open a service to residents, or close it. What is under way goes on."""
    service = Service.objects.select_for_update().get(pk=service_id)
    if service.is_active != on:
        service.is_active = on
        service.save(update_fields=["is_active"])
        audit.record(
            "service.opened" if on else "service.closed",
            actor=actor,
            subject="service",
            subject_id=service.slug,
        )
    return service
