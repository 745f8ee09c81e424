"""New releases of shared templates: compared with what a city changed, adopted or kept away."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from services.catalogue import overrides
from services.catalogue.actions import NotPublishable, _locked, parse, publish
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Release, Service, ServiceVersion
from services.catalogue.queries import lint


def newest(service: Service) -> Release | None:
    """The newest release this service could move to, declined or not; None when it is on it."""
    if service.base is None:
        return None
    release = Release.objects.filter(slug=service.slug).order_by("-number").first()
    return release if release and release.number > service.base.number else None


def comparison(service: Service) -> list[overrides.Comparison]:
    """Old shared, new shared and ours, place by place."""
    release = newest(service)
    if release is None or service.base is None or service.current is None:
        return []
    return overrides.compare(
        service.base.definition, release.definition, service.current.definition
    )


def adopted(service: Service, take: Iterable[str]) -> Blueprint:
    """What the service would be on the newest release. Raises RuleBroken when it cannot be."""
    release = newest(service)
    if release is None or service.base is None or service.current is None:
        raise RuleBroken("Layanan ini sudah memakai rilis terbaru.")
    return parse(
        overrides.adopt(
            service.base.definition, release.definition, service.current.definition, take
        )
    )


@transaction.atomic
def adopt(*, slug: str, take: Iterable[str], by: User) -> ServiceVersion:
    """Move to the newest release, keeping the city's changes except at the places in ``take``."""
    service = _locked(slug)
    if service.draft is not None:
        raise RuleBroken(
            "Ada perubahan yang belum diterbitkan. Terbitkan atau buang dulu, lalu ambil rilis."
        )
    blueprint = adopted(service, take)
    errors = [finding for finding in lint(blueprint) if finding.level == "error"]
    if errors:
        raise NotPublishable(errors)
    release = newest(service)
    version = publish(blueprint, actor=by, note=f"Rilis {blueprint.release}")
    Service.objects.filter(pk=service.pk).update(base=release)
    audit.record(
        "service.adopted",
        actor=by,
        subject="service",
        subject_id=slug,
        detail={"release": blueprint.release, "taken": sorted(take)},
    )
    return version


@transaction.atomic
def keep(*, slug: str, by: User) -> None:
    """Stay on the present release until a newer one comes."""
    service = _locked(slug)
    release = newest(service)
    if release is not None:
        service.kept_until = release.number
        service.save(update_fields=["kept_until"])
        audit.record(
            "service.kept",
            actor=by,
            subject="service",
            subject_id=slug,
            detail={"release": release.number},
        )
