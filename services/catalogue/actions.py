"""Publishing services in a city: shared ones, changed ones, a city's own."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from services.catalogue import explaining, linter, overrides, rules, translation
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Release, Service, ServiceVersion, Switch
from services.catalogue.queries import lint
from services.catalogue.shipped import shipped
from tenants.office import queries as office
from tenants.office.models import Unit
from tenants.office.own_roles import keep_roles


class NotPublishable(RuleBroken):
    """The linter found errors; ``findings`` says which and where."""

    def __init__(self, findings: list[linter.Finding]) -> None:
        super().__init__("Layanan ini belum bisa diterbitkan. " + findings[0].message)
        self.findings = findings


def parse(definition: dict[str, Any]) -> Blueprint:
    """A definition as a Blueprint, or RuleBroken naming the place and the fault in plain words."""
    try:
        return Blueprint.model_validate(definition)
    except ValidationError as wrong:
        raise RuleBroken(explaining.complaint(wrong, definition)) from wrong


def _locked(slug: str) -> Service:
    service = (
        Service.objects.select_for_update(of=("self",))
        .select_related("current", "base")
        .filter(slug=slug)
        .first()
    )
    if service is None:
        raise NotThere("Layanan ini tidak ada.")
    return service


def receive(blueprint: Blueprint) -> Release:
    """Note a shared release in this city, once."""
    release, _ = Release.objects.get_or_create(
        slug=blueprint.slug,
        number=blueprint.release,
        defaults={"digest": blueprint.digest(), "definition": blueprint.canonical()},
    )
    return release


@transaction.atomic
def open_shipped(blueprint: Blueprint) -> Service:
    """Offer a shared service in this city for the first time; does nothing when it is known."""
    service, created = Service.objects.get_or_create(
        slug=blueprint.slug,
        defaults={
            "title": blueprint.title,
            "category": blueprint.category,
            "is_active": blueprint.offered,
        },
    )
    if created:
        service.base = receive(blueprint)
        service.save(update_fields=["base"])
        publish(blueprint, actor=None)
    return service


@transaction.atomic
def open_all_shipped() -> None:
    """Every shared service at once, for a city that has none yet: five statements, not hundreds."""
    if Service.objects.exists():
        receive_releases()
        return
    switched_on = office.initials()
    blueprints = {blueprint.slug: blueprint for blueprint in shipped()}
    content = {slug: (b.digest(), b.canonical()) for slug, b in blueprints.items()}
    releases = Release.objects.bulk_create(
        Release(slug=slug, number=b.release, digest=content[slug][0], definition=content[slug][1])
        for slug, b in blueprints.items()
    )
    services = Service.objects.bulk_create(
        Service(
            slug=release.slug,
            title=blueprints[release.slug].title,
            category=blueprints[release.slug].category,
            card=card_of(blueprints[release.slug], switched_on),
            is_active=blueprints[release.slug].offered,
            base=release,
        )
        for release in releases
    )
    versions = ServiceVersion.objects.bulk_create(
        ServiceVersion(
            service=service,
            digest=content[service.slug][0],
            release=blueprints[service.slug].release,
            definition=content[service.slug][1],
        )
        for service in services
    )
    for service, version in zip(services, versions, strict=True):
        service.current = version
    Service.objects.bulk_update(services, ["current"])
    audit.record("service.published_all", actor=None, subject="catalogue", subject_id=len(services))


CARD = 6  # which facts a card holds; higher with every change of ``card_of``


def card_of(blueprint: Blueprint, switched_on: Collection[tuple[str, str]] = ()) -> dict[str, Any]:
    """What lists and search show of a definition, where these initials are switched on."""
    passed = rules.with_initials(blueprint, switched_on)
    return {
        "edition": CARD,
        "summary": blueprint.summary,
        "icon": blueprint.icon,
        "fee": blueprint.fee,
        "has_tariff": blueprint.tariff is not None,
        "filed_by": blueprint.filed_by,
        "event": blueprint.event.kind if blueprint.event else "",
        "steps": len(passed.steps),
        "days": rules.longest(passed),
        "agency": rules.agency(passed),
        "synonyms": blueprint.synonyms,
        "translations": {
            language: {
                "title": texts.get("title", blueprint.title),
                "summary": texts.get("summary", blueprint.summary),
                "synonyms": texts.get("synonyms", "").splitlines(),
                "whole": not translation.missing(blueprint, language),
            }
            for language, texts in blueprint.translations.items()
        },
    }


@transaction.atomic
def receive_releases() -> list[str]:
    """Take note of every shipped release; open services this city has never seen.

    Returns the slugs of services for which a newer release now waits. Changes no service.
    """
    renew_cards()
    known = dict(Service.objects.values_list("slug", "base__number"))
    waiting = []
    for blueprint in shipped():
        if blueprint.slug not in known:
            open_shipped(blueprint)
            continue
        receive(blueprint)
        base = known[blueprint.slug]
        if base is not None and base < blueprint.release:
            waiting.append(blueprint.slug)
    return waiting


def renew_cards(*, all_of_them: bool = False) -> None:
    """Bring cards that an older release wrote up to date, or all after initials were switched."""
    stale = Service.objects.filter(current__isnull=False)
    switched_on = office.initials()
    if not all_of_them:
        stale = stale.exclude(card__edition=CARD)
    for service in stale.select_related("current").select_for_update(of=("self",)):
        assert service.current is not None
        service.card = card_of(service.current.blueprint, switched_on)
        service.save(update_fields=["card"])


@transaction.atomic
def publish(blueprint: Blueprint, *, actor: User | None, note: str = "") -> ServiceVersion:
    """Make a definition the current version; publishing the same content again changes nothing.

    Raises RuleBroken when a step names a role that the city has removed."""
    if keep_roles({role for step in blueprint.posted() for role in (step.role, *step.deputies)}):
        raise RuleBroken(
            "Layanan ini memakai peran yang tidak ada di kota ini. Pilih peran lain di langkahnya."
        )
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
            "note": note[:300],
        },
    )
    if service.current_id != version.pk:
        service.current = version
        service.title, service.category = blueprint.title, blueprint.category
        service.card = card_of(blueprint, office.initials())
        service.save(update_fields=["current", "title", "category", "card"])
        audit.record(
            "service.published",
            actor=actor,
            subject="service",
            subject_id=blueprint.slug,
            detail={"digest": digest, "new": created},
        )
    return version


# --- editing ---------------------------------------------------------------------------------


@transaction.atomic
def save_draft(
    *, slug: str, definition: dict[str, Any], edition: int, by: User, at: datetime
) -> int:
    """Keep an edited definition; returns the new edition.

    ``edition`` is what the editor began with: when somebody saved meanwhile, nothing is
    overwritten and Stale says who it was. The definition must parse.
    """
    service = _locked(slug)
    if edition != service.draft_edition:
        who = service.draft_by.name if service.draft_by else "orang lain"
        raise Stale(
            f"{who} baru saja menyimpan perubahan pada layanan ini. Perubahan Anda belum "
            "disimpan: buka lagi halaman ini, lalu ulangi."
        )
    service.draft = parse({**definition, "slug": slug, **_fixed(service)}).canonical()
    service.draft_edition += 1
    service.draft_by, service.draft_at = by, at
    service.save(update_fields=["draft", "draft_edition", "draft_by", "draft_at"])
    return service.draft_edition


def _fixed(service: Service) -> dict[str, Any]:
    """What an edit never changes: the release it belongs to."""
    if service.base is None:
        return {"release": 1, "changes": "", "mandatory_from": None}
    shared = service.base.definition
    return {name: shared[name] for name in overrides.FIXED if name in shared}


@transaction.atomic
def discard_draft(*, slug: str, by: User) -> None:
    """Throw away what was edited and not published."""
    service = _locked(slug)
    service.draft, service.draft_by, service.draft_at = None, None, None
    service.draft_edition += 1
    service.save(update_fields=["draft", "draft_by", "draft_at", "draft_edition"])
    audit.record("service.draft_discarded", actor=by, subject="service", subject_id=slug)


@transaction.atomic
def publish_draft(*, slug: str, edition: int, by: User, note: str = "") -> ServiceVersion:
    """Publish what was edited. Raises NotPublishable when the linter finds errors."""
    service = _locked(slug)
    if service.draft is None:
        raise RuleBroken("Tidak ada perubahan yang menunggu diterbitkan.")
    if edition != service.draft_edition:
        raise Stale("Perubahan ini baru saja disimpan orang lain. Periksa lagi, lalu terbitkan.")
    blueprint = parse(service.draft)
    errors = [finding for finding in lint(blueprint) if finding.level == "error"]
    if errors:
        raise NotPublishable(errors)
    version = publish(blueprint, actor=by, note=note)
    service.refresh_from_db()
    service.draft, service.draft_by, service.draft_at = None, None, None
    service.draft_edition += 1
    service.save(update_fields=["draft", "draft_by", "draft_at", "draft_edition"])
    return version


@transaction.atomic
def restore(*, slug: str, version_id: int, by: User, at: datetime) -> int:
    """Put an older version into the draft, to be looked at and published; the new edition."""
    service = _locked(slug)
    version = ServiceVersion.objects.filter(service=service, pk=version_id).first()
    if version is None:
        raise NotThere("Versi ini tidak ada.")
    return save_draft(
        slug=slug, definition=version.definition, edition=service.draft_edition, by=by, at=at
    )


# --- releases ------------------------------------------------------------------------------------


@transaction.atomic
def roll_back(*, slug: str, version_id: int, by: User) -> ServiceVersion:
    """Return to an older published version at once, and to the release it was based on."""
    service = _locked(slug)
    version = ServiceVersion.objects.filter(service=service, pk=version_id).first()
    if version is None:
        raise NotThere("Versi ini tidak ada.")
    blueprint = version.blueprint
    published = publish(blueprint, actor=by)
    base = Release.objects.filter(slug=slug, number=version.release).first()
    if service.base is not None and base is not None:
        Service.objects.filter(pk=service.pk).update(base=base)
    return published


# --- a city's own services, files, switches ------------------------------------------------


@transaction.atomic
def create_own(*, definition: dict[str, Any], by: User, at: datetime) -> Service:
    """A service of the city's own, from nothing, a copy or a file; starts as a closed draft."""
    blueprint = parse({**definition, "release": 1, "changes": "", "mandatory_from": None})
    if Service.objects.filter(slug=blueprint.slug).exists() or any(
        shared.slug == blueprint.slug for shared in shipped()
    ):
        raise RuleBroken(
            f"Alamat “{blueprint.slug}” sudah dipakai layanan lain. Pilih yang lain.", field="slug"
        )
    service = Service.objects.create(
        slug=blueprint.slug,
        title=blueprint.title,
        category=blueprint.category,
        is_active=False,
        draft=blueprint.canonical(),
        draft_edition=1,
        draft_by=by,
        draft_at=at,
    )
    audit.record("service.created", actor=by, subject="service", subject_id=service.slug)
    return service


@transaction.atomic
def set_active(*, slug: str, is_active: bool, by: User) -> None:
    """Open or close a service for new requests; requests under way go on."""
    service = _locked(slug)
    if is_active and service.current_id is None:
        raise RuleBroken("Terbitkan dulu layanan ini, lalu buka.")
    if service.is_active != is_active:
        service.is_active = is_active
        service.save(update_fields=["is_active"])
        what = "service.opened" if is_active else "service.closed"
        audit.record(what, actor=by, subject="service", subject_id=slug)


@transaction.atomic
def switch(*, unit: Unit, what: str, is_on: bool, by: User) -> None:
    """Turn a service, or e-RT, on or off in one kelurahan or desa."""
    if unit.kind not in (Unit.Kind.KELURAHAN, Unit.Kind.DESA):
        raise RuleBroken("Pilih kelurahan atau desa.")
    if what != Switch.ERT and not Service.objects.filter(slug=what).exists():
        raise NotThere("Layanan ini tidak ada.")
    Switch.objects.update_or_create(unit=unit, what=what, defaults={"is_on": is_on})
    audit.record(
        "service.switched",
        actor=by,
        subject="unit",
        subject_id=unit.code,
        detail={"what": what, "on": is_on},
    )
