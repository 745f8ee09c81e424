"""What a city offers."""

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.errors import NotThere
from services.catalogue import rules
from services.catalogue.models import Service
from services.catalogue.shipped import CATEGORIES


@dataclass(frozen=True, slots=True)
class Category:
    slug: str
    name: str
    hint: str
    icon: str
    count: int


def offered() -> list[Service]:
    """Active services with their current version. One query."""
    return list(
        Service.objects.filter(is_active=True, current__isnull=False).select_related("current")
    )


def categories(services: Sequence[Service]) -> list[Category]:
    """The life events under which this city offers something."""
    counts: dict[str, int] = {}
    for service in services:
        counts[service.category] = counts.get(service.category, 0) + 1
    return [
        Category(slug, name, hint, icon, counts[slug])
        for slug, name, hint, icon in CATEGORIES
        if slug in counts
    ]


def search(text: str, services: Sequence[Service]) -> list[Service]:
    """Services that fit everyday words, best first."""
    entries = []
    for service in services:
        assert service.current is not None
        blueprint = service.current.blueprint
        words = rules.fold(" ".join([blueprint.title, blueprint.summary, *blueprint.synonyms]))
        entries.append(rules.Entry(service.slug, blueprint.title, words))
    by_slug = {service.slug: service for service in services}
    return [by_slug[slug] for slug in rules.search(text, entries)]


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
