"""Numbers that a resident has in SIMBG or OSS: noted, followed, taken off the list."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.clock import now
from services.mall import outside
from services.mall.systems import system_of
from services.web.access import resident
from services.web.language import chosen
from services.web.outside_forms import NumberForm
from ui.forms import explained
from ui.page import Audience, page


@page(Audience.RESIDENT)
@never_cache
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, system: str) -> HttpResponse:
    """Note a number of one's own."""
    user, person = resident(request)
    known = system_of(system)
    cases = outside.cases_before(person, outside.first_services(system))
    initial = {"case": request.GET.get("case", "")}
    form = NumberForm(known, cases, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with explained(form):
            row = outside.note(person=person, system=system, by=user, at=now(), **form.told())
            messages.success(request, gettext("Nomor tersimpan."))
            return redirect("outside-number", row.pk)
    context = {"form": form, "system": known}
    status = 422 if form.errors else 200
    return render(request, "portal/outside/note.html", context, status=status)


@page(Audience.RESIDENT)
@never_cache
@require_safe
def number(request: HttpRequest, pk: int) -> HttpResponse:
    """One number: what the lists say of it, and said before."""
    _, person = resident(request)
    context = {"one": outside.own(pk, person, chosen(request))}
    return render(request, "portal/outside/number.html", context)


@page(Audience.RESIDENT)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a number off one's own list."""
    user, person = resident(request)
    outside.remove(pk=pk, person=person, by=user)
    messages.success(request, gettext("Nomor dihapus dari daftar Anda."))
    return redirect("applications")
