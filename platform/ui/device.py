"""The area of a city's pages that a phone keeps, to be read and answered without a signal.

What the phone does stands in ``static/ui/device-worker.js`` and ``device.js``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from kernel.registry import Hook

KEY = "_key"  # a form's key, new each time it is shown
# What a page adds to its forms, and nobody typed.
OF_THE_PAGE = frozenset({"csrfmiddlewaretoken", KEY, "_who", "_said", "_from", "_now"})

# Files a phone keeps: for the page that says there is no connection, and for kept pages.
USUAL = ("balai.css", "icons.svg", "fonts/plus-jakarta-sans.woff2")
FILES = (*USUAL, "balai.js", "keep-typed.js", "device.js", "signature.js")


@dataclass(frozen=True, slots=True)
class Area:
    """Names of addresses. ``starts``: every address that begins with one of them belongs to the
    area.
    ``facts`` says as JSON whose phone it is, until when it may keep pages, and which; 403 with
    ``ended`` says that the post of ``who`` has ended. ``outbox`` lists what the phone could not
    send yet; whoever is signed in may open it."""

    starts: tuple[str, ...]
    facts: str
    outbox: str

    def paths(self) -> list[str]:
        """With what its addresses begin."""
        return [reverse(start) for start in self.starts]

    def places(self) -> Mapping[str, str | list[str]]:
        """The addresses, as the service worker needs them."""
        return {
            "areas": self.paths(), "facts": reverse(self.facts),
            "outbox": reverse(self.outbox), "signOut": reverse("sign-out"),
        }  # fmt: skip


area: Hook[Area | None] = Hook(
    "area kept on phones", "which pages a phone keeps and answers without a signal", default=None
)


@dataclass(frozen=True, slots=True)
class Alone:
    """A page that answers without a connection for addresses below ``start``: from what stands in
    the address, its own ``files`` and ``data`` that phones fetch now and then. Names of
    addresses."""

    start: str
    page: str
    files: tuple[str, ...]
    data: tuple[str, ...]

    def places(self) -> Mapping[str, str | list[str]]:
        """The addresses, as the service worker needs them."""
        return {
            "start": reverse(self.start), "page": reverse(self.page),
            "data": [reverse(name) for name in self.data],
        }  # fmt: skip


alone: Hook[Alone | None] = Hook(
    "page that stands alone", "which addresses a phone answers by itself", default=None
)


def alone_of(request: HttpRequest) -> Alone | None:
    """What stands alone on the host that is asked: nothing but on cities."""
    return alone.value if getattr(request, "tenant", None) is not None else None


def area_of(request: HttpRequest) -> Area | None:
    """What phones keep of the host that is asked: none but cities have an area."""
    return area.value if getattr(request, "tenant", None) is not None else None
