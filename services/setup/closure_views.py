"""Days on which a city's offices are closed, besides weekends and national holidays."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from kernel.tanggal import long_date
from kernel.workdays import national_holiday_names
from services.setup.forms import ClosureForm
from services.setup.views import PER_PAGE
from services.web.access import today
from tenants.office import closures as office
from tenants.office.models import Closure
from ui.forms import explain
from ui.page import Audience, page


@page(Audience.ADMIN)
def closures(request: HttpRequest, user: User) -> HttpResponse:
    """The city's own closures; add some, take one back."""
    if request.method == "POST" and "remove" in request.POST:
        typed = request.POST["remove"]
        if not typed.isdecimal() or len(typed) > 18:
            raise NotThere("Hari libur ini sudah tidak ada.")
        gone = office.open_day(closure_id=int(typed), by=user)
        messages.success(request, f"{long_date(gone.day)} kembali menjadi hari kerja biasa.")
        return redirect("setup-closures")
    form = ClosureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed_days = form.cleaned_data
        until = typed_days["until"] or typed_days["since"]
        try:
            days = office.close_days(
                since=typed_days["since"], until=until, name=typed_days["name"], by=user,
                is_open=typed_days["is_open"],
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, f"{days} hari tersimpan.")
            return redirect("setup-closures")
    past = "lalu" in request.GET
    found = Closure.objects.filter(day__lt=today()).order_by("-day") if past else (
        Closure.objects.filter(day__gte=today())
    )  # fmt: skip
    national = sorted(
        (day, name)
        for year in (today().year, today().year + 1)
        for day, name in national_holiday_names(year).items()
        if day >= today()
    )
    context = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "past": past,
        "national": national,
    }
    status = 422 if form.errors else 200
    return render(request, "setup/closures.html", context, status=status)
