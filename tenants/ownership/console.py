"""Deletions as the operator sees them, and the certificate for whoever holds its code."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from tenants.ownership import closing, people
from tenants.ownership.models import DeletionRequest
from tenants.ownership.rules import safe_name
from tenants.registry.models import City
from ui.page import Audience, page


@page(Audience.OPERATOR)
@never_cache
@require_safe
def deletions(request: HttpRequest) -> HttpResponse:
    found = DeletionRequest.objects.defer("certificate", "inventory")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "ownership/console_deletions.html", {"page": page})


def _found(**which: object) -> DeletionRequest:
    found = DeletionRequest.objects.select_related("export", "tombstone").filter(**which).first()
    if found is None:
        raise NotThere("Penghapusan ini tidak ditemukan.")
    return found


@page(Audience.OPERATOR)
@never_cache
@require_safe
def deletion(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(pk=pk)
    city = City.objects.filter(pk=found.city_id).first()
    waiting = found.state == DeletionRequest.State.ASKED and city is not None
    context = {
        "deletion": found,
        "operator_confirms": waiting
        and city is not None
        and not people.second_people(found, city, at=now()),
        "open": found.state in (DeletionRequest.State.ASKED, DeletionRequest.State.CONFIRMED),
    }
    return render(request, "ownership/console_deletion.html", context)


@page(Audience.OPERATOR)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, confirms=True)


@page(Audience.OPERATOR)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, confirms=False)


def _decide(request: HttpRequest, pk: int, *, confirms: bool) -> HttpResponse:
    operator = request.user
    assert isinstance(operator, User)
    try:
        if confirms:
            closing.confirm_as_operator(request_id=pk, by=operator, at=now())
        else:
            closing.cancel(request_id=pk, by=operator, at=now())
    except NotThere:
        raise
    except RuleBroken as error:
        messages.warning(request, error.message)
    else:
        done = "Disetujui; masa tenggang dimulai." if confirms else "Penghapusan dibatalkan."
        messages.success(request, done)
    return redirect("console-deletion", pk)


@page(Audience.OPERATOR)
@never_cache
@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    return _pdf(_found(pk=pk))


@page(Audience.ANYONE)
@never_cache
@require_safe
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """For both people, whose city no longer answers: the link in their mail, the code on paper."""
    return _pdf(_found(certificate_code=code))


def _pdf(found: DeletionRequest) -> HttpResponse:
    if found.certificate is None:
        raise NotThere("Berita acara ini belum ada.")
    response = HttpResponse(bytes(found.certificate), content_type="application/pdf")
    name = f"berita-acara-penghapusan-{safe_name(found.city_name.lower())}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
