"""Boarding houses of the own RT and who lodges there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from kernel.clock import now
from kernel.errors import RuleBroken
from kernel.ids import row_id
from services.neighbourhood import areas, houses
from services.rt.book_forms import HouseForm
from services.rt.book_search import searched
from services.rt.sure import sure
from services.web.access import today
from tenants.office.access import visitor
from ui.forms import explain
from ui.page import Audience, page

GUEST_SERVICE = "lapor-tamu"


@page(Audience.VOUCHER)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Every boarding house with its rooms and lodgers."""
    found = houses.listed(visitor(request).vouching, today=today())
    return render(request, "rt/book/houses.html", {"houses": found[:100]})


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """A boarding house for which this resident answers."""
    who = visitor(request)
    keeper = areas.person_there(who.vouching, pk)
    beginning = {"address": keeper.household.address, "owner_name": keeper.name}
    form = HouseForm(request.POST or None, initial=beginning)
    if request.method == "POST" and form.is_valid():
        try:
            found = houses.note(
                keeper_id=pk, facts=houses.Facts(**form.cleaned_data), posts=who.vouching,
                by=who.user, at=now(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Rumah kos dicatat.")
            return redirect("rt-house", found.pk)
    context = {"keeper": keeper, "form": form}
    return render(request, "rt/book/house_form.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@never_cache
@require_GET
def house(request: HttpRequest, pk: int) -> HttpResponse:
    """One boarding house and who lodges there."""
    found = houses.of_area(visitor(request).vouching, pk)
    context = {
        "house": found, "lodgers": houses.lodgers(found)[:100], "today": today(),
        "service": GUEST_SERVICE, "is_kept": houses.is_kept(found),
    }  # fmt: skip
    return render(request, "rt/book/house.html", context)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Put right what is kept of it."""
    who = visitor(request)
    found = houses.of_area(who.vouching, pk)
    names = ("kind", "name", "address", "rooms", "owner_name", "owner_phone")
    form = HouseForm(request.POST or None, initial={name: getattr(found, name) for name in names})
    if request.method == "POST" and form.is_valid():
        houses.change(
            house_id=pk, facts=houses.Facts(**form.cleaned_data), posts=who.vouching, by=who.user
        )
        messages.success(request, "Perubahannya disimpan.")
        return redirect("rt-house", pk)
    context = {"keeper": found.keeper, "form": form, "house": found}
    return render(request, "rt/book/house_form.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@never_cache
@sensitive_post_parameters("q")
@require_http_methods(["GET", "POST"])
def keeper(request: HttpRequest, pk: int) -> HttpResponse:
    """Who answers for it from now on: somebody of the own area, by name."""
    who = visitor(request)
    found = houses.of_area(who.vouching, pk)
    if request.method == "POST" and "person" in request.POST:
        houses.entrust(
            house_id=pk, keeper_id=row_id(request.POST["person"]), posts=who.vouching, by=who.user
        )
        messages.success(request, "Penanggung jawabnya diganti.")
        return redirect("rt-house", pk)
    hits = searched(request)
    context = {**hits.to_choose_from(), "house": found}
    return render(request, "rt/book/house_keeper.html", context, status=hits.status)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """It lets no rooms any more."""
    who = visitor(request)
    if request.method != "POST":
        found = houses.of_area(who.vouching, pk)
        return sure(
            request, title=f"{found.name} tidak disewakan lagi?", button="Ya, tidak disewakan lagi",
            words="Rumah ini tidak tampil lagi di daftar. Catatan penghuninya tetap ada.",
            back=reverse("rt-house", args=[pk]),
        )  # fmt: skip
    houses.close(house_id=pk, posts=who.vouching, by=who.user, at=now())
    messages.success(request, "Rumah kos ini tidak ditampilkan lagi.")
    return redirect("rt-houses")
