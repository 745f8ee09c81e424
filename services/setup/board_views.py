"""How e-RT is rolled out in the city: kelurahan by kelurahan, and the RT of each."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.models import User
from kernel.errors import NotThere
from services.web import rt_board
from tenants.office.models import Unit
from tenants.registry.current import city
from ui.page import Audience, page

CITY = rt_board.Frame(base="setup/base.html", village="setup-board-village", cards="setup-cards")
VILLAGE = rt_board.Frame(
    base="setup/base.html", village="setup-board-village", back="setup-board",
    back_to="Pemakaian e-RT", cards="setup-cards", post="setup-head",
)  # fmt: skip


@page(Audience.ADMIN)
@require_safe
def rollout(request: HttpRequest, user: User) -> HttpResponse:
    """Which kelurahan and desa work with e-RT, since when."""
    return rt_board.villages_page(request, Unit.objects.get(code=city().code), CITY)


@page(Audience.ADMIN)
@require_safe
def village(request: HttpRequest, user: User, code: str) -> HttpResponse:
    """The RT, RW and dusun of one of them."""
    kinds = [Unit.Kind.KELURAHAN, Unit.Kind.DESA]
    area = Unit.objects.filter(code=code, kind__in=kinds, is_active=True).first()
    if area is None:
        raise NotThere("Kelurahan ini tidak ditemukan.")
    return rt_board.village_page(request, area, VILLAGE)
