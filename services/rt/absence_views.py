"""A head of an RT, RW or dusun is away: two screens, one decision each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from services.web import absences
from tenants.office.access import visitor
from ui.page import Audience, page

FRAME = absences.Frame(
    base="rt/absence_base.html", here="rt-absence", done="rt-inbox", end="rt-absence-end"
)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: HttpRequest, pk: int) -> HttpResponse:
    """When, then who stands in."""
    return absences.absence_page(request, visitor(request).user, pk, FRAME)


@page(Audience.VOUCHER)
@require_POST
def absence_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Back again."""
    absences.ended(request, visitor(request).user, pk)
    return redirect("rt-inbox")
