"""One service on the admin's bench, and what lists say of many."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.catalogue import actions, adoption, editor_inputs, explaining, overrides
from services.catalogue.blueprint import Blueprint, parse_cached
from services.catalogue.categories import CATEGORIES
from services.catalogue.models import Release, Service
from services.catalogue.overrides import Definition
from services.catalogue.queries import lint

GROUPS = {slug: name for slug, name, *_ in CATEGORIES}
PER_PAGE = 50


def with_marks() -> QuerySet[Service]:
    """Services with what the list says of them, without their definitions."""
    newest = Release.objects.filter(slug=OuterRef("slug")).order_by("-number").values("number")[:1]
    return (
        Service.objects.select_related("base", "current")
        .defer("base__definition", "current__definition")
        .annotate(newest=Subquery(newest))
    )


BEHIND = Q(base__isnull=False, newest__gt=F("base__number"))
WAITING = BEHIND & Q(newest__gt=F("kept_until"))
CHANGED = Q(base__isnull=False, current__isnull=False) & ~Q(current__digest=F("base__digest"))


def with_letters() -> dict[str, Service]:
    """Services that end in a letter, by slug, in the order of their titles."""
    found = Service.objects.filter(current__isnull=False).select_related("current")
    return {
        service.slug: service
        for service in found.order_by("title", "pk")
        if service.current is not None and service.current.blueprint.outputs
    }


@dataclass(frozen=True, slots=True)
class Bench:
    """One service on the admin's bench: what is edited, and what it is measured against."""

    service: Service
    definition: Definition  # the draft, or what is published
    base: Definition | None  # the shared release; None for a service of the city's own
    changes: Mapping[str, Any]  # by address, against the base

    @property
    def blueprint(self) -> Blueprint:
        return parse_cached(self.definition)

    @property
    def published(self) -> Definition | None:
        return self.service.current.definition if self.service.current else None

    def context(self, tab: str) -> dict[str, Any]:
        counts = {
            part: len(overrides.things_of(self.definition, part)) for part in editor_inputs.PARTS
        }
        slug = self.service.slug
        tabs: list[tuple[str, str, str, int | None]] = [
            ("main", "Isi", reverse("setup-service", args=[slug]), None)
        ]
        for part, (address, one) in editor_inputs.PARTS.items():
            tabs.append((part, one, reverse(f"setup-{address}", args=[slug]), counts[part]))
        for key, label, name in (
            ("tariff", "Tarif", "setup-tariff"),
            ("standard", "Standar", "setup-standard"),
            ("translations", "Terjemahan", "setup-translations"),
            ("draft", "Draf", "setup-draft"),
            ("walk", "Simulasi", "setup-walk"),
            ("history", "Riwayat", "setup-history"),
        ):
            tabs.append((key, label, reverse(name, args=[slug]), None))
        published = self.service.current.definition if self.service.current else {}
        if published.get("authority"):
            tabs.append(("authority", "Wewenang", reverse("setup-authority", args=[slug]), None))
        return {
            "service": self.service,
            "definition": self.definition,
            "own": self.base is None,
            "is_draft": self.service.draft is not None,
            "changed": len(self.changes),
            "tab": tab,
            "tabs": tabs,
            "edition": self.service.draft_edition,
            "waiting": adoption.newest(self.service),
            "group": GROUPS.get(self.service.category, ""),
        }


def bench_of(slug: str) -> Bench:
    service = (
        Service.objects.select_related("current", "base", "draft_by").filter(slug=slug).first()
    )
    if service is None:
        raise NotThere("Layanan ini tidak ditemukan.")
    definition = service.draft or (service.current.definition if service.current else None)
    if definition is None:
        raise NotThere("Layanan ini belum punya isi.")
    base = service.base.definition if service.base else None
    found = overrides.difference(base, definition) if base is not None else {}
    return Bench(service, definition, base, found)


def edition_of(request: HttpRequest) -> int:
    typed = request.POST.get("edition", "")
    return int(typed) if typed.isdecimal() and len(typed) < 9 else -1


def save(bench: Bench, definition: Definition, edition: int, user: User) -> None:
    """Into the draft. Raises Stale, or RuleBroken in words an admin understands."""
    if not explaining.storable(definition):
        raise RuleBroken("Ada tanda yang tidak dapat disimpan. Ketik ulang, jangan menempel.")
    actions.save_draft(
        slug=bench.service.slug, definition=definition, edition=edition, by=user, at=now()
    )


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of the linter in words, with the page where it is mended."""

    level: str
    place: str
    message: str
    href: str


def findings_of(blueprint: Blueprint, slug: str) -> list[Found]:
    definition = blueprint.canonical()
    found = []
    told: dict[tuple[str, str], list[str]] = {}  # of translations: one line for many places
    for finding in lint(blueprint):
        part, _, rest = finding.place.partition(".")
        key = rest.partition(".")[0]
        href = ""
        if part in editor_inputs.PARTS:
            name = f"setup-{editor_inputs.PARTS[part][0]}"
            href = reverse(f"{name}-edit", args=[slug, key]) if key else reverse(name, args=[slug])
        if part in ("tariff", "fee"):
            href = reverse("setup-tariff" if part == "tariff" else "setup-service", args=[slug])
        if part == "translations":
            told[key, finding.message] = [*told.get((key, finding.message), []), finding.place]
            continue
        place = explaining.place_words(finding.place, definition)
        found.append(Found(finding.level, place, finding.message, href))
    for (language, message), places in told.items():
        href = f"{reverse('setup-translations', args=[slug])}?language={language}"
        found.append(Found("warning", _together(places, definition), message, href))
    return found


def _together(places: list[str], definition: Definition) -> str:
    """Many places that want the same, in a line."""
    shown = "; ".join(explaining.place_words(place, definition) for place in places[:3])
    return f"{shown}; dan {len(places) - 3} tempat lagi" if len(places) > 3 else shown
