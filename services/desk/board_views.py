"""The kelurahan's board of RT, its cards, and absences of its heads."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.errors import NotThere
from services.desk.frame import frame
from services.residents.queries import lies_in
from services.web import absences, head_cards, rt_board
from tenants.office.access import Visitor, visitor
from tenants.office.models import Unit
from tenants.office.roles import Can, can
from ui.page import Audience, page

VILLAGES = (Unit.Kind.KELURAHAN, Unit.Kind.DESA)
CARDS = head_cards.Place(
    base="desk/base.html", page="desk-cards", fetch="desk-cards-fetch", back="desk-board",
    back_to="RT dan RW",
)  # fmt: skip


def _areas(who: Visitor) -> list[Unit]:
    """The kelurahan, desa and kecamatan of the desks whose holders may see residents."""
    units = {post.unit.pk: post.unit for post in who.desks if can(post.role, Can.SEES_PEOPLE)}
    kinds = (*VILLAGES, Unit.Kind.KECAMATAN)
    return [unit for unit in units.values() if unit.kind in kinds]


def _frame(who: Visitor, area: Unit, *, back: bool) -> rt_board.Frame:
    tends = any(
        post.unit_id == area.pk and (can(post.role, Can.HEADS) or can(post.role, Can.COUNTER))
        for post in who.desks
    ) and area.kind in VILLAGES  # fmt: skip
    return rt_board.Frame(
        base="desk/base.html", village="desk-board-village",
        back="desk-board" if back else "", back_to="Semua kelurahan",
        absence="desk-absence" if tends else "", cards="desk-cards" if tends else "",
    )  # fmt: skip


@page(Audience.DESK)
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """The board of one's own kelurahan; for a kecamatan, its kelurahan."""
    who = visitor(request)
    areas = _areas(who)
    if not areas:
        raise NotThere("Halaman ini untuk petugas kelurahan, desa, dan kecamatan.")
    area = areas[0]
    if area.kind in VILLAGES:
        return rt_board.village_page(
            request, area, _frame(who, area, back=False), **frame(who.desks, "rt")
        )
    return rt_board.villages_page(
        request, area, _frame(who, area, back=False), **frame(who.desks, "rt")
    )


@page(Audience.DESK)
@require_safe
def village(request: HttpRequest, code: str) -> HttpResponse:
    """One kelurahan of one's own area."""
    who = visitor(request)
    area = Unit.objects.filter(code=code, kind__in=VILLAGES, is_active=True).first()
    if area is None or not any(lies_in(area.code, unit.code) for unit in _areas(who)):
        raise NotThere("Wilayah ini bukan wilayah Anda.")
    return rt_board.village_page(
        request, area, _frame(who, area, back=True), **frame(who.desks, "rt")
    )


@page(Audience.DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def cards(request: HttpRequest) -> HttpResponse:
    """Cards with first codes for the heads of one's own kelurahan."""
    who = visitor(request)
    return head_cards.cards_page(request, who.user, CARDS, **frame(who.desks, "rt"))


@page(Audience.DESK)
@require_POST
def cards_fetch(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF of a sheet, once."""
    return head_cards.fetched(visitor(request).user, pk)


@page(Audience.DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: HttpRequest, pk: int) -> HttpResponse:
    """The kelurahan notes that a head is away, and who stands in."""
    shown = absences.Frame(
        base="desk/base.html", here="desk-absence", done="desk-board", end="desk-absence-end"
    )
    who = visitor(request)
    return absences.absence_page(request, who.user, pk, shown, **frame(who.desks, "rt"))


@page(Audience.DESK)
@require_POST
def absence_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The head is back."""
    absences.ended(request, visitor(request).user, pk)
    return redirect("desk-board")
