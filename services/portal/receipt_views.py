"""Receipts of applications: on paper, and the page that the paper's QR code leads to."""

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from kernel import clock
from kernel.errors import NotThere
from services.applications import filled_forms, queries, receipts
from services.applications.models import Application
from services.cases import queries as desks
from services.cases.expected import expected_at
from services.web.access import today
from services.web.files import send
from services.web.language import chosen, in_words_of
from tenants.registry.current import city
from ui.page import Audience, page

UNKNOWN = gettext_noop(
    "Kode ini tidak dikenal. Periksa lagi tanda terimanya, atau tanyakan di loket."
)


def receipt_words(application: Application) -> dict[str, Any]:
    """What the receipt of a counter shows besides the application itself."""
    address = receipts.address_of(application, at=clock.now())
    account = getattr(application.applicant, "account", None)
    return {
        "picture": segno.make(address, error="m").svg_data_uri(scale=4, border=2),
        "told": account is not None and account.user.is_active,
        "forms": filled_forms.wanted(application),
    }


@page(Audience.RESIDENT)
@never_cache
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt as a PDF for the small paper of a counter, for whoever sent it or typed it."""
    application = queries.in_hand(signed_in(request), pk, today=today())
    if application.number is None or application.submitted_at is None:
        raise NotThere("Permohonan ini belum dikirim.")
    office = next((step.unit.name for step in application.steps.all()), city().name)
    made = receipts.as_pdf(application, office=office, at=clock.now())
    return send(made.content, media_type="application/pdf", name=made.name, download=False)


@page(Audience.ANYONE)
@never_cache
@require_safe
def track(request: HttpRequest, code: str) -> HttpResponse:
    """How an application stands, for whoever holds its receipt: nothing about whom."""
    application = receipts.by_code(code)
    if application is None or application.number is None:
        raise NotThere(UNKNOWN)
    in_words_of(application, chosen(request))
    context = {
        "application": application,
        "step": desks.open_step(application),
        "expected": expected_at(application),
        "letters": application.has_letters(),
    }
    return render(request, "portal/track.html", context)
