"""A line above every page that somebody has to know: who has something to say registers it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from kernel.registry import Registry, name_of


@dataclass(frozen=True, slots=True)
class Banner:
    """One line, with a way to mend what it says."""

    kind: str  # info, warn, stop: the notice's colour
    text: str
    href: str = ""
    action: str = ""  # the link's words


BannerSource = Callable[[HttpRequest], Iterable[Banner]]
sources: Registry[BannerSource] = Registry("banners", "lines above every page")


def register(source: BannerSource) -> None:
    """Add who may have something to say; called in ``AppConfig.ready``."""
    sources.add(name_of(source), source)


def banners(request: HttpRequest) -> list[Banner]:
    """What this person has to know on every page."""
    return [banner for source in sources for banner in source(request)]
