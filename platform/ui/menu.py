"""Where else may this person go? Each area of the site answers for itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the account menu."""

    label: str
    href: str
    icon: str
    order: int = 50
    is_work: bool = True  # where its holder continues after signing in


LinkSource = Callable[[HttpRequest], Iterable[Link]]
_sources: list[LinkSource] = []


def register(source: LinkSource) -> None:
    """Add an area's links; called in ``AppConfig.ready``."""
    if source not in _sources:
        _sources.append(source)


def links(request: HttpRequest) -> list[Link]:
    """The areas the signed-in person may enter, in order."""
    found = [link for source in _sources for link in source(request)]
    return sorted(found, key=lambda link: (link.order, link.label))
