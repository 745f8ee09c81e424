"""What a city offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext

from kernel.clock import now
from kernel.errors import NotThere
from kernel.text import fold
from services.catalogue import linter, rules
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service, Switch
from services.catalogue.shipped import CATEGORIES
from services.catalogue.translation import ORIGINAL
from tenants.office.models import Post, Unit
from tenants.office.queries import current_holdings, languages
from tenants.registry.current import city


@dataclass(frozen=True, slots=True)
class Category:
    slug: str
    name: str
    hint: str
    icon: str
    count: int


def offered(language: str = ORIGINAL) -> list[Service]:
    """Active services, without their definitions: ``card`` holds what lists show. One query.

    In another language, title and summary of what is translated are replaced (not saved).
    """
    found = list(Service.objects.filter(is_active=True, current__isnull=False).defer("draft"))
    for service in found:
        words = service.card.get("translations", {}).get(language)
        service.written_in = language if words else ORIGINAL
        if words:
            service.title = words["title"]
            service.card = {**service.card, "summary": words["summary"]}
    return found


def categories(services: Sequence[Service]) -> list[Category]:
    """The life events under which this city offers something."""
    counts: dict[str, int] = {}
    for service in services:
        counts[service.category] = counts.get(service.category, 0) + 1
    return [
        Category(slug, gettext(name), gettext(hint), icon, counts[slug])
        for slug, name, hint, icon in CATEGORIES
        if slug in counts
    ]


def search(text: str, services: Sequence[Service]) -> list[Service]:
    """Services that fit everyday words, best first."""
    entries = [
        search_entry(service.slug, service.title, service.card["summary"], _also_called(service))
        for service in services
    ]
    by_slug = {service.slug: service for service in services}
    return [by_slug[slug] for slug in rules.search(text, entries)]


def _also_called(service: Service) -> tuple[str, ...]:
    """Other words for it, in every language it has."""
    translations = service.card.get("translations", {}).values()
    return (
        *service.card["synonyms"],
        *(word for words in translations for word in (words["title"], *words["synonyms"])),
    )


@lru_cache(maxsize=8192)
def search_entry(slug: str, title: str, summary: str, synonyms: tuple[str, ...]) -> rules.Entry:
    """What search knows of a service; folded once per process."""
    phrases = [title, slug, *synonyms]
    return rules.Entry(
        slug,
        title,
        fold(" ".join([*phrases, summary])),
        frozenset(fold(phrase) for phrase in phrases),
    )


def service(slug: str) -> Service:
    """One offered service. Raises NotThere."""
    found = (
        Service.objects.filter(slug=slug, is_active=True, current__isnull=False)
        .select_related("current")
        .first()
    )
    if found is None:
        raise NotThere("Layanan ini tidak ada atau sedang tidak dibuka di daerah ini.")
    return found


def is_off(village: str, *what: str) -> set[str]:
    """Which of these are turned off in the village with this code. One query."""
    return set(
        Switch.objects.filter(unit__code=village, what__in=what, is_on=False).values_list(
            "what", flat=True
        )
    )


_LEVELS: dict[str, str] = {
    Unit.Kind.RT: "rt",
    Unit.Kind.RW: "rw",
    Unit.Kind.KELURAHAN: "kelurahan",
    Unit.Kind.DESA: "kelurahan",
    Unit.Kind.KECAMATAN: "kecamatan",
    Unit.Kind.CITY: "kota",
    Unit.Kind.DINAS: "dinas",
}


def vacancies() -> tuple[linter.Vacancy, ...]:
    """Per level and role: how many of this city's desks have nobody today. One query."""
    today = now().astimezone(city().tz).date()
    held = current_holdings(today).filter(post=OuterRef("pk"), user__is_active=True)
    rows = (
        Post.objects.filter(unit__is_active=True)
        .values("unit__kind", "role")
        .annotate(units=Count("pk"), held=Count("pk", filter=Q(Exists(held))))
        .order_by()
    )
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        key = (_LEVELS[row["unit__kind"]], row["role"])
        units, vacant = found.get(key, (0, 0))
        found[key] = (units + row["units"], vacant + row["units"] - row["held"])
    return tuple(linter.Vacancy(*key, *numbers) for key, numbers in sorted(found.items()))


def lint(blueprint: Blueprint) -> list[linter.Finding]:
    """The linter with what this city's office looks like today."""
    dinas = Unit.objects.filter(kind=Unit.Kind.DINAS, is_active=True)
    slugs = frozenset(code.partition("/")[2] for code in dinas.values_list("code", flat=True))
    today = now().astimezone(city().tz).date()
    return linter.check(
        blueprint,
        today=today,
        vacancies=vacancies(),
        dinas=slugs,
        languages=[code for code, _ in languages()[1:]],
    )
