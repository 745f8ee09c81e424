"""Each view declares whom it is for: ``@page(Audience.ADMIN)``.

The declaration guards the view, and the middlewares read it: what a suspended city still takes,
what an operator sees who looks in by a city's consent, and whose language the page speaks. Nothing
else in the source compares paths.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers

from kernel.registry import Registry


class Audience(StrEnum):
    """Whom a page is for."""

    ANYONE = "anyone"  # also whoever holds the secret in its address
    SIGNED_IN = "signed in"  # about themselves
    RESIDENT = "resident"  # about their own requests
    VOUCHER = "voucher"  # the Ketua RT or RW concerned
    TREASURER = "treasurer"  # who keeps the cash book of the RT, RW or dusun concerned
    DESK = "desk"  # the desks concerned
    INVOLVED = "involved"  # the resident and the desks concerned
    OFFICE = "office"  # the desks concerned, and the city's administrators
    ADMIN = "admin"  # the city's administrators
    OPERATOR = "operator"  # the platform's operators
    KIOSK = "kiosk"  # a device in an office that an official opened for residents


# fmt: off
OFFICES = frozenset(
    {
        Audience.VOUCHER, Audience.TREASURER, Audience.DESK, Audience.ADMIN, Audience.OPERATOR,
        Audience.KIOSK, Audience.OFFICE,
    }
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Page:
    """What a view declares.

    ``when_suspended``: ``open`` takes forms in a suspended city too. ``support``: ``look`` lets an
    operator read it whom the city lets in, and notes it; ``always`` is for what never looks at the
    session; ``no`` refuses them. ``is_office``: Indonesian, whoever reads it. ``at_kiosk``: also
    reached at a kiosk, by whoever stands there; all other pages are not.
    """

    audience: Audience
    when_suspended: Literal["read", "open"]
    support: Literal["no", "look", "always"]
    is_office: bool
    at_kiosk: bool


class Elsewhere(Exception):
    """Somebody has to go to another page first; ``response`` leads there, and nothing was done."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response
        response.leads_elsewhere = True  # type: ignore[attr-defined]


def leads_elsewhere(response: HttpResponseBase) -> bool:
    """Whether the view did nothing but send to another page first."""
    return getattr(response, "leads_elsewhere", False)


# Asks who is there. Returns what the view gets after the request; raises Elsewhere,
# PermissionDenied or NotThere.
Guard = Callable[[HttpRequest, Page, Mapping[str, object]], tuple[object, ...]]
guards: Registry[Guard] = Registry("guards", "who lets an audience in")
View = Callable[..., HttpResponseBase]


def page(
    audience: Audience,
    *,
    when_suspended: Literal["read", "open"] = "read",
    support: Literal["no", "look", "always"] | None = None,
    is_office: bool | None = None,
    at_kiosk: bool = False,
) -> Callable[[View], View]:
    """Declare a view. Support sees administrators' pages unless they say ``support="no"``."""
    usual: Literal["no", "look"] = "look" if audience is Audience.ADMIN else "no"
    office = audience in OFFICES if is_office is None else is_office
    declared = Page(audience, when_suspended, support or usual, office, at_kiosk)

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                given = guards[audience](request, declared, kwargs) if is_guarded else ()
                response = view(request, *given, *args, **kwargs)
            except Elsewhere as elsewhere:
                return elsewhere.response
            if audience is Audience.ADMIN:
                add_never_cache_headers(response)
            return response

        is_guarded = audience is not Audience.ANYONE
        guarded.page = declared  # type: ignore[attr-defined]
        return guarded

    return declare


def declared_by(view: object) -> Page | None:
    """What a view says of itself."""
    found = getattr(view, "page", None)
    return found if isinstance(found, Page) else None


def page_of(request: HttpRequest) -> Page | None:
    """The declaration of the page that is asked for; None where no page is."""
    if not hasattr(request, "_page"):
        urlconf = getattr(request, "urlconf", settings.ROOT_URLCONF)
        try:
            found = declared_by(resolve(request.path_info, urlconf).func)
        except Resolver404:
            found = None
        request._page = found  # type: ignore[attr-defined]
    known: Page | None = request._page  # type: ignore[attr-defined]
    return known
