"""A browser that is a kiosk: which pages it reaches, and on whose behalf.

Nobody is signed in at a kiosk, so pages that forget about it let nobody in. A page that a resident
reaches there says so (``at_kiosk``) and asks who acts by ``acting``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect

from accounts.access import let_signed_in, signed_in
from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere
from services.residents.kiosk import actions, rules
from services.residents.models import Kiosk, Person
from tenants.registry.current import city, city_or_none
from ui.language import COOKIE
from ui.page import Audience, Elsewhere, Page, guards, page_of

KEPT_AS = "kios"  # in the session
NOT_OPEN = (
    "Kios belum dibuka di perangkat ini, atau sudah ditutup. Petugas loket membukanya dari meja "
    "kerjanya."
)


@dataclass(frozen=True, slots=True)
class AtKiosk:
    """The kiosk that a browser is, and whose turn it is when the request came."""

    row: Kiosk
    person: Person | None
    frame: str = "kiosk/frame.html"  # around its pages
    seconds: int = rules.IDLE_ON_SCREEN
    countdown: int = rules.COUNTDOWN
    idle_without_script: int = int(rules.IDLE_WITHOUT_SCRIPT.total_seconds()) + 5

    @property
    def name(self) -> str:
        return self.row.user.name


def at_kiosk(request: HttpRequest) -> AtKiosk | None:
    """The kiosk that this browser is, or None."""
    found: AtKiosk | None = getattr(request, "kiosk", None)
    return found


def kiosk_of(request: HttpRequest) -> Kiosk:
    """The same for pages of kiosks alone. Raises NotThere."""
    found = at_kiosk(request)
    if found is None:
        raise NotThere(NOT_OPEN)
    return found.row


def standing(request: HttpRequest) -> Person:
    """Whose turn it is; being asked counts as a touch. Raises Elsewhere: the start of the kiosk."""
    kiosk_of(request)
    found = at_kiosk(request)
    if found is None or found.person is None:
        raise Elsewhere(redirect("kiosk"))
    actions.touch(found.row, at=now())
    return found.person


def acting(request: HttpRequest) -> User:
    """By whom something is done: the account of the kiosk in a resident's turn, else whoever is
    signed in. Raises Elsewhere."""
    found = at_kiosk(request)
    if found is None:
        return signed_in(request)
    if found.person is None:
        raise Elsewhere(redirect("kiosk"))
    return found.row.user


def begin(request: HttpRequest, kiosk: Kiosk, token: str) -> None:
    """This browser becomes the kiosk: whoever was signed in is so no longer."""
    request.session.flush()
    request.session[KEPT_AS] = token
    request.session.set_expiry(kiosk.until)
    rotate_token(request)


def let_kiosk(
    request: HttpRequest, _page: Page, _named: Mapping[str, object]
) -> tuple[object, ...]:
    """A guard."""
    kiosk_of(request)
    return ()


def let_acting(request: HttpRequest, page: Page, named: Mapping[str, object]) -> tuple[object, ...]:
    """A guard: whoever is signed in; at a kiosk, whoever stands there."""
    if page.at_kiosk and at_kiosk(request) is not None:
        standing(request)
        return ()
    return let_signed_in(request, page, named)


guards.add(Audience.KIOSK, let_kiosk)
# Whose request it is, or who is concerned, is asked of the row (``applications.queries``).
guards.add(Audience.RESIDENT, let_acting)
guards.add(Audience.INVOLVED, let_acting)


class KioskMiddleware:
    """Keeps a browser that is a kiosk on the pages of a kiosk. After SessionMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.kiosk = found = self._kiosk(request)  # type: ignore[attr-defined]
        if found is None:
            return self.get_response(request)
        request.COOKIES.pop(COOKIE, None)  # the language of somebody who was here before
        declared = page_of(request)
        is_file = declared is not None and declared.support == "always" and request.method == "GET"
        if declared is None or is_file or _is_for_kiosks(declared):
            response = self.get_response(request)
        else:
            response = redirect("kiosk")
        if not is_file:
            response["Cache-Control"] = "private, no-store"
        return response

    def _kiosk(self, request: HttpRequest) -> AtKiosk | None:
        if city_or_none() is None or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        token = request.session.get(KEPT_AS)
        if token is None:
            return None
        moment = now()
        row = actions.found(token=token, at=moment, today=moment.astimezone(city().tz).date())
        if row is None:
            request.session.flush()
            return None
        return AtKiosk(row, row.standing(moment))


def _is_for_kiosks(declared: Page) -> bool:
    return declared.at_kiosk or declared.audience is Audience.KIOSK
