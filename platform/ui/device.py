"""The area of a city's pages that a phone keeps, to be read and answered without a signal.

What the phone does stands in ``static/ui/device-worker.js`` and ``device.js``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from kernel.registry import Hook

# Files a phone keeps: for the page that says there is no connection, and for kept pages.
USUAL = ("balai.css", "icons.svg", "fonts/plus-jakarta-sans.woff2")
FILES = (*USUAL, "balai.js", "keep-typed.js", "device.js")


@dataclass(frozen=True, slots=True)
class Area:
    """Names of addresses. ``start``: every address that begins with its path belongs to the area.
    ``facts`` says as JSON whose phone it is, until when it may keep pages, and which; 403 wipes it.
    ``outbox`` lists what the phone could not send yet."""

    start: str
    facts: str
    outbox: str

    def places(self) -> Mapping[str, str]:
        """The addresses, as the service worker needs them."""
        return {
            "area": reverse(self.start), "facts": reverse(self.facts),
            "outbox": reverse(self.outbox), "signOut": reverse("sign-out"),
        }  # fmt: skip


area: Hook[Area | None] = Hook(
    "area kept on phones", "which pages a phone keeps and answers without a signal", default=None
)
