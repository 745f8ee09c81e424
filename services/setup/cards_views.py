"""Cards with first codes for the heads of RT, RW and dusun of the whole city."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from services.web import head_cards
from ui.page import Audience, page

PLACE = head_cards.Place(
    base="setup/base.html", page="setup-cards", fetch="setup-cards-fetch",
    back="setup-neighbourhoods", back_to="RT, RW, dusun",
)  # fmt: skip


@page(Audience.ADMIN, support="no")
@require_http_methods(["GET", "HEAD", "POST"])
def cards(request: HttpRequest, user: User) -> HttpResponse:
    """How many have no card yet, and the sheets that were made."""
    return head_cards.cards_page(request, user, PLACE)


@page(Audience.ADMIN, support="no")
@require_POST
def cards_fetch(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """The PDF of a sheet, once."""
    return head_cards.fetched(user, pk)
