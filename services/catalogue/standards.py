"""What offices say of their service standards: kept, and read for a service at an office."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service, UnitStandard
from services.catalogue.standard import SAID
from tenants.office.models import Post, Unit
from tenants.office.roles import Can, can, level_of

OFFICES = (
    Unit.Kind.KELURAHAN, Unit.Kind.DESA, Unit.Kind.KECAMATAN, Unit.Kind.DINAS, Unit.Kind.CITY
)  # fmt: skip


@transaction.atomic
def say(
    *, unit: Unit, service: Service | None, texts: Mapping[str, str], decree: str,
    decree_on: date | None, by: User, at: datetime,
) -> UnitStandard:  # fmt: skip
    """Keep what an office says of one service, or of all. Raises RuleBroken, NotThere."""
    if unit.kind not in OFFICES or not unit.is_active:
        raise NotThere("Kantor ini tidak ditemukan.")
    if bool(decree) != (decree_on is not None):
        raise RuleBroken(
            "Isi nomor dan tanggal keputusannya, atau kosongkan keduanya.",
            field="decree_on" if decree else "decree",
        )
    kept = {key: texts[key].strip() for key in SAID if texts.get(key, "").strip()}
    row, _ = UnitStandard.objects.update_or_create(
        unit=unit, service=service,
        defaults={
            "texts": kept, "decree": decree, "decree_on": decree_on, "changed_by": by,
            "changed_at": at,
        },
    )  # fmt: skip
    audit.record(
        "standard.said", actor=by, subject="unit", subject_id=unit.code,
        detail={"service": service.slug if service else "", "items": sorted(kept)},
    )  # fmt: skip
    return row


@dataclass(frozen=True, slots=True)
class Said:
    """What holds for a service at an office."""

    texts: dict[str, str]
    decree: str = ""
    decree_on: date | None = None


def said_at(unit: Unit, services: Iterable[Service]) -> dict[int, Said]:
    """What holds at an office, by service: what it says of the service, else of all, else what the
    city says for every office. One query."""
    rows = UnitStandard.objects.filter(unit__in=_with_city(unit))
    by_place = {(row.unit_id == unit.pk, row.service_id): row for row in rows}
    found = {}
    for service in services:
        texts: dict[str, str] = {}
        decree: tuple[str, date | None] = ("", None)
        for place in ((False, None), (False, service.pk), (True, None), (True, service.pk)):
            row = by_place.get(place)
            if row is not None:
                texts |= row.texts
                decree = (row.decree, row.decree_on) if row.decree else decree
        found[service.pk] = Said(texts, *decree)
    return found


def _with_city(unit: Unit) -> QuerySet[Unit]:
    return Unit.objects.filter(pk=unit.pk) | Unit.objects.filter(kind=Unit.Kind.CITY)


def own_row(unit: Unit, service: Service | None) -> UnitStandard | None:
    return UnitStandard.objects.filter(unit=unit, service=service).first()


# --- which offices --------------------------------------------------------------------------------


def places_of(blueprint: Blueprint) -> set[tuple[str, str]]:
    """Levels at which a desk of a service stands, with the name of the dinas where it is one."""
    return {
        (step.level, step.dinas or "")
        for step in blueprint.posted()
        if step.level in ("kelurahan", "kecamatan", "dinas", "kota")
    }


def gives(blueprint: Blueprint, unit: Unit) -> bool:
    """Whether a desk of this service stands at this office."""
    dinas = unit.code.partition("/")[2] if unit.kind == Unit.Kind.DINAS else ""
    return unit.is_active and (level_of(unit.kind), dinas) in places_of(blueprint)


def headed(posts: Iterable[Post]) -> list[Unit]:
    """Offices whose standards the holder of these posts writes: as their head."""
    found = {
        post.unit_id: post.unit
        for post in posts
        if post.unit.kind in OFFICES and post.unit.is_active and can(post.role, Can.HEADS)
    }
    return list(found.values())
