"""What other parts add to the console. Registered in ``AppConfig.ready``: tenants knows no billing.

page(label, name, order, waiting)     a line of the console's navigation, by its URL's name
figure(order)                         numbers of the first page: () -> Figures
section(order)                        a part of a city's page: (request, city) -> Section
column(label)                         a column of the list: cities -> {city id: words}; one
                                      query for the whole page
steering.fill(key, …)                 who stops a city, lets it go on, moves its trial's end;
                                      without: tenants.registry.entitlements alone
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from kernel.errors import NotThere
from kernel.registry import Hook, Registry, name_of
from tenants.registry import entitlements
from tenants.registry.models import City


@dataclass(frozen=True, slots=True)
class Page:
    label: str
    name: str  # of its URL
    order: int = 50
    waiting: Callable[[], int] | None = None  # how much there waits for an operator; one query

    @property
    def href(self) -> str:
        return reverse(self.name)

    @property
    def mark(self) -> str:
        """It is the present page on all addresses below it."""
        return f"{self.name}*"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a city's page."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    shows_use: bool = False  # the city's use against its limits: then nothing else repeats it


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the console's first page."""

    label: str
    words: str
    href: str = ""
    is_trouble: bool = False


FigureSource: TypeAlias = Callable[[], Sequence[Figure]]
SectionSource: TypeAlias = Callable[[HttpRequest, City], Section | None]
ColumnSource: TypeAlias = Callable[[Sequence[City]], dict[int, str]]

menu: Registry[Page] = Registry("console pages", "lines of the console's navigation")
parts: Registry[SectionSource] = Registry("console sections", "parts of a city's page")
figures: Registry[FigureSource] = Registry("console figures", "numbers of the first page")
more: Registry[ColumnSource] = Registry("console columns", "columns of the list of cities")


def page(
    label: str,
    name: str,
    *,
    order: int = 50,
    waiting: Callable[[], int] | None = None,
) -> None:
    menu.add(name, Page(label, name, order, waiting), order=order)


def pages() -> list[Page]:
    return list(menu)


def section(*, order: int) -> Callable[[SectionSource], SectionSource]:
    def register(source: SectionSource) -> SectionSource:
        return parts.add(name_of(source), source, order=order)

    return register


def sections(request: HttpRequest, city: City) -> list[tuple[str, SafeString, bool]]:
    """Every part of this city's page, made; and whether it shows the city's use."""
    found = []
    for source in parts:
        part = source(request, city)
        if part is not None:
            context = {"city_row": city, **part.context}
            made = render_to_string(part.template, context, request)
            found.append((part.title, made, part.shows_use))
    return found


def figure(*, order: int) -> Callable[[FigureSource], FigureSource]:
    def register(source: FigureSource) -> FigureSource:
        return figures.add(name_of(source), source, order=order)

    return register


def column(label: str) -> Callable[[ColumnSource], ColumnSource]:
    def register(source: ColumnSource) -> ColumnSource:
        return more.add(label, source)

    return register


def columns(cities: Sequence[City]) -> list[tuple[str, dict[int, str]]]:
    return [(label, source(cities)) for label, source in more.items()]


def city_of(code: str) -> City:
    """The city of a console address. Raises NotThere. Call in public."""
    found: City | None = City.objects.filter(code=code).first()
    if found is None:
        raise NotThere("Kota ini tidak ditemukan.")
    return found


# --- steering -----------------------------------------------------------------------------------


class Steering(Protocol):
    """Stops a city and lets it go on, so that what follows for its bill follows too."""

    def suspend(self, city: City, *, reason: str, by: User) -> None: ...
    def resume(self, city: City, *, reason: str, by: User) -> None: ...
    def extend_trial(self, city: City, *, until: datetime, reason: str, by: User) -> None: ...
    def settle(self, city: City) -> None: ...  # limits were given back: write the plan's


class Plain:
    """Without billing: the state is what the operator says."""

    def suspend(self, city: City, *, reason: str, by: User) -> None:
        entitlements.set_status(city.pk, City.Status.SUSPENDED, reason=reason, by=by)

    def resume(self, city: City, *, reason: str, by: User) -> None:
        wanted = City.Status.TRIAL if city.trial_ends_at else City.Status.ACTIVE
        entitlements.set_status(city.pk, wanted, reason=reason, by=by)

    def extend_trial(self, city: City, *, until: datetime, reason: str, by: User) -> None:
        entitlements.set_trial_end(city.pk, until, reason=reason, by=by)

    def settle(self, city: City) -> None:
        """No plan, so the limits stay."""


steering: Hook[Steering] = Hook("steering", "who stops a city and lets it go on", default=Plain())
