"""The operator's side: ask a city, go in by the one-time link, be done."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kernel.clock import now
from kernel.errors import RuleBroken
from tenants.console.extensions import Section, city_of
from tenants.console.views import operator_of
from tenants.registry.models import City
from tenants.support import actions, queries
from tenants.support.forms import AskForm
from tenants.support.models import Visit
from ui.forms import explain
from ui.page import Audience, page


def section(request: HttpRequest, city: City) -> Section:
    """On a city's page: visits, and the way to ask."""
    at = now()
    visits = queries.visits_of(city, limit=10)
    own = operator_of(request).pk
    rows = [
        {
            "visit": visit,
            "mine": visit.operator_id == own,
            "open": visit.is_open(at),
            "lapsed": visit.state == visit.State.GRANTED and not visit.is_open(at),
        }
        for visit in visits
    ]
    return Section("Akses dukungan", "support/console_section.html", {"rows": rows})


@page(Audience.OPERATOR)
@never_cache
def ask(request: HttpRequest, code: str) -> HttpResponse:
    city = city_of(code)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask(city, by=operator_of(request), **form.cleaned_data)
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, "Permintaan terkirim. Tunggu izin admin kota.")
            return redirect("console-city", city.code)
    context = {"city_row": city, "form": form}
    return render(request, "support/console_ask.html", context, status=422 if form.errors else 200)


@page(Audience.OPERATOR)
@never_cache
@require_POST
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """A page with the link: forms here may not lead to another host (CSP form-action)."""
    link = actions.link(pk, by=operator_of(request))
    asked = Visit.objects.select_related("city").get(pk=pk)
    context = {"link": link, "seconds": actions.LINK_LASTS, "city_name": asked.city}
    return render(request, "support/console_link.html", context)


@page(Audience.OPERATOR)
@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    visit = actions.leave(pk, by=operator_of(request))
    messages.success(request, "Selesai. Izinnya sudah dikembalikan.")
    return redirect("console-city", visit.city_code)
