"""Maps: pictures from the server the operator named, and only on pages that show one."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse


@dataclass(frozen=True, slots=True)
class Tiles:
    """Where map pictures come from, and whom to thank for them."""

    address: str  # with {z}, {x} and {y}
    attribution: str


def tiles() -> Tiles | None:
    """The operator's choice; None without one: pages then show no map."""
    if not settings.MAP_TILES:
        return None
    return Tiles(settings.MAP_TILES, settings.MAP_ATTRIBUTION)


def with_map(response: HttpResponse) -> HttpResponse:
    """Let this one page load pictures from the map server's host."""
    found = tiles()
    if found is not None:
        parts = urlsplit(found.address)
        response._csp_update = {"img-src": [f"{parts.scheme}://{parts.netloc}"]}  # type: ignore[attr-defined]
        # Map servers want to know which site asks; they are told the host and nothing more.
        response["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response
