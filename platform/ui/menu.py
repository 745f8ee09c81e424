"""Where else may this person go? Each area of the site answers for itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from kernel.registry import Registry, name_of


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the account menu."""

    label: str
    href: str
    icon: str
    order: int = 50
    is_work: bool = True  # where its holder continues after signing in


LinkSource = Callable[[HttpRequest], Iterable[Link]]
sources: Registry[LinkSource] = Registry("menu", "links of the account menu")


def register(source: LinkSource) -> None:
    """Add an area's links; called in ``AppConfig.ready``."""
    sources.add(name_of(source), source)


def links(request: HttpRequest) -> list[Link]:
    """The areas the signed-in person may enter, in order."""
    found = [link for source in sources for link in source(request)]
    return sorted(found, key=lambda link: (link.order, link.label))
