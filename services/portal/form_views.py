"""A form of the ministry, filled in: for the applicant, its desks, the counter that typed it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from kernel.clock import now
from services.applications import filled_forms
from services.web.access import today
from services.web.files import send
from ui.page import Audience, page


@page(Audience.INVOLVED)
@never_cache
@require_safe
def filled(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The form as PDF, to print and sign."""
    found = filled_forms.for_reader(signed_in(request), pk, key, today=today())
    made = filled_forms.as_pdf(found, key, at=now())
    name = f"formulir-{key}-{found.number}.pdf"
    return send(made, media_type="application/pdf", name=name, download=False)
