"""Service standards of every office, for the city's administrators."""

from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from kernel.errors import NotThere
from services.catalogue import standards
from services.catalogue.models import UnitStandard
from services.catalogue.standard import SAID
from services.setup.views import PER_PAGE, page_of
from services.web.standard_page import edited
from tenants.office.models import Unit
from ui.page import Audience, page

_FIRST = Case(
    When(kind=Unit.Kind.CITY, then=Value(0)), When(kind=Unit.Kind.KECAMATAN, then=Value(1)),
    When(kind=Unit.Kind.DINAS, then=Value(2)), default=Value(3), output_field=IntegerField(),
)  # fmt: skip


@page(Audience.ADMIN)
@require_safe
def offices(request: HttpRequest, user: User) -> HttpResponse:
    """Offices, and how much each says itself of all its services."""
    found = Unit.objects.filter(kind__in=standards.OFFICES, is_active=True)
    wanted = request.GET.get("q", "").strip()[:100]
    if wanted:
        found = found.filter(name__icontains=wanted)
    rows = found.order_by(_FIRST, "code")
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    said = dict(
        UnitStandard.objects.filter(unit__in=list(shown), service=None).values_list("unit", "texts")
    )
    listed = [(unit, len(said.get(unit.pk, {}))) for unit in shown]
    return page_of(
        request, "standards", page=shown, rows=listed, wanted=wanted, most=len(SAID)
    )  # fmt: skip


@page(Audience.ADMIN)
@require_http_methods(["GET", "POST"])
def office(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """What an office says of all its services, or of one (``?service=``)."""
    unit = Unit.objects.filter(pk=pk, kind__in=standards.OFFICES, is_active=True).first()
    if unit is None:
        raise NotThere("Kantor ini tidak ditemukan.")
    found = edited(request, unit, user)
    if isinstance(found, HttpResponse):
        return found
    return page_of(request, "standard", found.pop("form"), **found)
