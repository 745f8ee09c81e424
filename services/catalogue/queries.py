"""What a city offers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext

from kernel.clock import now
from kernel.errors import NotThere
from kernel.text import fold
from services.catalogue import desks, linter, rules
from services.catalogue.blueprint import Blueprint
from services.catalogue.categories import CATEGORIES
from services.catalogue.delegations import sets_in_force
from services.catalogue.everyday import everyday
from services.catalogue.models import Service, Switch
from services.catalogue.translation import ORIGINAL
from tenants.backend.scope import once_here
from tenants.office import calling
from tenants.office.kinds import Words
from tenants.office.models import OwnRole, Post, Unit
from tenants.office.queries import current_holdings, languages, vouching_unit
from tenants.office.readiness import Task
from tenants.office.roles import every_role, kinds_at, level_of, own_roles
from tenants.registry.current import city
from ui.language import reads_in


class Offer(Protocol):
    """What lists and search show: a service, or something else a city offers beside them."""

    @property
    def listed_as(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def category(self) -> str: ...

    @property
    def card(self) -> dict[str, Any]: ...


Listed = TypeVar("Listed", bound=Offer)


@dataclass(frozen=True, slots=True)
class Category:
    slug: str
    name: str
    hint: str
    icon: str
    count: int


def offered(language: str = ORIGINAL) -> list[Service]:
    """Active services that residents ask for, without their definitions: ``card`` holds what lists
    show. One query.

    In another language, title and summary of what is wholly translated are replaced (not saved).
    """
    found = [one for one in _active() if not one.card.get("filed_by")]
    for service in found:
        words = service.card.get("translations", {}).get(language)
        is_whole = bool(words and words.get("whole", True))
        service.written_in = language if is_whole else ORIGINAL
        if is_whole:
            service.title = words["title"]
            service.card = {**service.card, "summary": words["summary"]}
    return found


def reports() -> list[Service]:
    """Active services that heads of neighbourhoods file, the most usual first. One query."""
    found = [one for one in _active() if one.card.get("filed_by")]
    usual = {kind: place for place, kind in enumerate(_USUAL_REPORTS)}
    return sorted(found, key=lambda one: (usual.get(one.card.get("event", ""), 99), one.title))


_USUAL_REPORTS = ("stay", "birth", "death", "move_in", "move_out", "move_within", "head", "card")


def _active() -> QuerySet[Service]:
    return Service.objects.filter(is_active=True, current__isnull=False).defer("draft")


def categories(services: Sequence[Offer]) -> list[Category]:
    """The life events under which this city offers something."""
    counts: dict[str, int] = {}
    for service in services:
        counts[service.category] = counts.get(service.category, 0) + 1
    return [
        Category(slug, gettext(name), gettext(hint), icon, counts[slug])
        for slug, name, hint, icon in CATEGORIES
        if slug in counts
    ]


@dataclass(frozen=True, slots=True)
class Found(Generic[Listed]):
    """What a search shows: services, and what stands above them."""

    services: list[Listed]
    is_complaint: bool  # somebody reports something: the city's contact comes first
    elsewhere: str  # what another office does; empty if nothing


def search(text: str, services: Sequence[Listed]) -> Found[Listed]:
    """What fits everyday words, best first. No query."""
    table = everyday()
    known = tuple(
        Known(service.listed_as, service.title, service.card["summary"], _also_called(service))
        for service in services
    )
    elsewhere = table.sent_elsewhere(text)
    slugs = [*table.pinned(text), *rules.search(text, index(known), strictly=True)]
    complaint = table.is_complaint(text) or (not slugs and table.is_mistyped_complaint(text))
    if not (slugs or complaint or elsewhere):
        slugs = rules.search(text, index(known))
    by_slug = {service.listed_as: service for service in services}
    found = [by_slug[slug] for slug in dict.fromkeys(slugs) if slug in by_slug]
    said = "" if elsewhere is None else elsewhere.text if reads_in() == ORIGINAL else elsewhere.en
    if any(one.listed_as.startswith(OF_OTHERS) for one in found):
        said = ""  # it is there, with more words
    return Found(found, complaint, said)


OF_OTHERS = "@"  # before the name of what is listed and no service


def in_group(services: Iterable[Listed], slug: str) -> list[Listed]:
    """The services of a group, the most asked for first."""
    found = [service for service in services if service.category == slug]
    return sorted(found, key=lambda one: (everyday().place(one.listed_as), one.title))


def _also_called(service: Offer) -> tuple[str, ...]:
    """Other words for it, in every language it has."""
    translations = service.card.get("translations", {}).values()
    return (
        *service.card["synonyms"],
        *(word for words in translations for word in (words["title"], *words["synonyms"])),
    )


class Known(NamedTuple):
    """What a city says of a service to those who search."""

    slug: str
    title: str
    summary: str
    also: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def index(known: tuple[Known, ...]) -> rules.Index:
    """The index of a catalogue with these words: made once per process, shared by all cities
    that say the same."""
    return rules.Index(map(_entry, known))


def _entry(known: Known) -> rules.Entry:
    table = everyday()
    phrases = [known.title, known.slug, *known.also]
    return rules.Entry(
        known.slug,
        known.title,
        fold(" ".join([*phrases, *table.words_of(known.slug), known.summary])),
        frozenset(fold(phrase) for phrase in phrases),
        table.place(known.slug),
    )


def service(slug: str) -> Service:
    """One offered service. Raises NotThere."""
    return _open(slug, is_report=False)


def report(slug: str) -> Service:
    """One service that heads of neighbourhoods file. Raises NotThere."""
    return _open(slug, is_report=True)


def _open(slug: str, *, is_report: bool) -> Service:
    found = _active().filter(slug=slug).select_related("current").first()
    if found is None or bool(found.card.get("filed_by")) != is_report:
        raise NotThere("Layanan ini tidak ada atau sedang tidak dibuka di daerah ini.")
    return found


def places_at(code: str) -> desks.Places:
    """What the units around a place are called. One query, two for a place in a dusun."""
    found = calling.words_at(code)
    village = found.get(Unit.Kind.KELURAHAN) or found.get(Unit.Kind.DESA)
    voucher = vouching_unit(code)
    return desks.Places(
        village or desks.USUAL.village,
        found.get(Unit.Kind.KECAMATAN) or desks.USUAL.district,
        Words(voucher.word, voucher.head) if voucher and voucher.head else desks.USUAL.voucher,
    )


def places_here() -> desks.Places:
    """What they are called in this city: ``kelurahan atau desa`` where it has both. One query."""
    found = calling.words_here()
    villages = [*found.get(Unit.Kind.KELURAHAN, []), *found.get(Unit.Kind.DESA, [])]
    return desks.Places(
        _either(villages) or desks.USUAL.village,
        _either(found.get(Unit.Kind.KECAMATAN, [])) or desks.USUAL.district,
    )


def _either(found: list[Words]) -> Words | None:
    if not found:
        return None
    return Words(*(_joined(getattr(words, part) for words in found) for part in ("word", "head")))


def _joined(words: Iterable[str]) -> str:
    first, *others = dict.fromkeys(words)
    return " atau ".join([first, *others])


def is_off(village: str, *what: str) -> set[str]:
    """Which of these are turned off in the village with this code. One query."""
    off = Switch.objects.filter(unit__code=village, is_on=False).values_list("what", flat=True)
    return once_here(("catalogue.off", village), lambda: set(off)) & set(what)


def vacancies() -> tuple[linter.Vacancy, ...]:
    """Per level and role, and per dinas: how many of this city's desks have nobody today.

    Posts of the city's own roles stand only where somebody added them: every other unit of their
    level has nobody either. Two queries, and one for each own role."""
    today = now().astimezone(city().tz).date()
    held = current_holdings(today).filter(post=OuterRef("pk"), user__is_active=True)
    rows = (
        Post.objects.filter(unit__is_active=True)
        .values("unit__kind", "role", dinas=_DINAS)
        .annotate(units=Count("pk"), held=Count("pk", filter=Q(Exists(held))))
        .order_by()
    )
    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    for row in rows:
        key = (level_of(row["unit__kind"]), row["role"], _slug(row["dinas"]))
        units, vacant = found.get(key, (0, 0))
        found[key] = (units + row["units"], vacant + row["units"] - row["held"])
    for key, number in _units_without_post().items():
        units, vacant = found.get(key, (0, 0))
        found[key] = (units + number, vacant + number)
    return tuple(
        linter.Vacancy(level, role, units, vacant, dinas)
        for (level, role, dinas), (units, vacant) in sorted(found.items())
    )


# The code of a dinas, "" for every other unit.
_DINAS = Case(When(unit__kind=Unit.Kind.DINAS, then=F("unit__code")), default=Value(""))


def _slug(code: str) -> str:
    """``dpmptsp`` of a dinas with the code ``64.74/dpmptsp``."""
    return code.partition("/")[2]


def _units_without_post() -> dict[tuple[str, str, str], int]:
    """By level, code of the city's own roles, and dinas: how many units have no such post."""
    found: dict[tuple[str, str, str], int] = {}
    for role in own_roles().values():
        there = Post.objects.filter(unit=OuterRef("pk"), role=role.code)
        kinds = kinds_at(role.levels[0])
        bare = Unit.objects.filter(kind__in=kinds, is_active=True).exclude(Exists(there))
        for kind, code in bare.values_list("kind", "code"):
            key = (role.levels[0], role.code, _slug(code) if kind == Unit.Kind.DINAS else "")
            found[key] = found.get(key, 0) + 1
    return found


def names_dinas(unit: Unit) -> str:
    """Why a dinas cannot be closed without a successor, or ""."""
    if unit.kind != Unit.Kind.DINAS:
        return ""
    named = [{"dinas": unit.code.partition("/")[2]}]
    steps = Q(current__definition__steps__contains=named) | Q(draft__steps__contains=named)
    found = Service.objects.filter(steps).first()
    return f"Layanan {found.title} mengirim permohonan ke sini." if found else ""


def names_role(role: OwnRole) -> str:
    """Why one of the city's own roles must stay as it is, or ""."""
    steps: Q = Q()
    for place in ("current__definition", "draft"):
        for name, value in (("role", role.code), ("deputies", [role.code])):
            steps |= Q(**{f"{place}__steps__contains": [{name: value}]})
    found = Service.objects.filter(steps).first()
    if found is None:
        return ""
    return (
        f"Layanan {found.title} memakai peran ini dalam langkahnya, atau dalam drafnya. Ganti "
        "dulu di sana."
    )


def lint(blueprint: Blueprint) -> list[linter.Finding]:
    """The linter with what this city's office looks like today."""
    dinas = Unit.objects.filter(kind=Unit.Kind.DINAS, is_active=True)
    slugs = frozenset(code.partition("/")[2] for code in dinas.values_list("code", flat=True))
    today = now().astimezone(city().tz).date()
    service = Service.objects.filter(slug=blueprint.slug).first() if blueprint.authority else None
    decrees = sets_in_force(service, today) if service is not None else []
    return linter.check(
        blueprint,
        today=today,
        decrees=[one for one in decrees if one],
        vacancies=vacancies(),
        dinas=slugs,
        languages=[code for code, _ in languages()[1:]],
        roles=every_role(),
    )


def services_task(_on: date) -> Task:
    """A line of a new city's checklist."""
    count = Service.objects.filter(is_active=True).count()
    hint = "Layanan siap pakai bisa langsung dibuka."
    return Task("Layanan", hint, count > 0, "setup-services", f"{count} layanan")
