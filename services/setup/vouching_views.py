"""How requests pass RT and RW in this city, and the hours in which clocks run."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from services.cases.models import VouchRules
from services.cases.vouch_rules import drop_rules, in_sentences, set_rules
from services.cases.way import as_way
from services.setup.vouching_forms import HoursForm, RulesForm, VillageForm
from tenants.office.models import ServiceHours, Unit
from tenants.office.roles import NEIGHBOURHOOD, level_of
from tenants.office.service_hours import WEEKDAYS, hours_of, set_hours
from tenants.registry.current import city
from ui.forms import explain
from ui.page import Audience, page

VILLAGES = (Unit.Kind.KELURAHAN, Unit.Kind.DESA)


def _unit(pk: int | None) -> Unit:
    """The city, or one of its villages. Raises NotThere."""
    if pk is None:
        return Unit.objects.get(code=city().code)
    found = Unit.objects.filter(pk=pk, kind__in=VILLAGES, is_active=True).first()
    if found is None:
        raise NotThere("Kelurahan atau desa ini tidak ada.")
    return found


@page(Audience.ADMIN)
def rules(request: HttpRequest, user: User, pk: int | None = None) -> HttpResponse:
    """The rules of the city or of one village, and sentences that say what will happen. ``do=look``
    shows the sentences of what is typed, and keeps nothing."""
    unit = _unit(pk)
    stored = VouchRules.objects.filter(unit=unit).first()
    if request.method == "POST" and request.POST.get("do") == "drop":
        drop_rules(unit=unit, by=user)
        messages.success(request, "Aturan dihapus. Permohonan yang sedang berjalan tidak berubah.")
        return redirect("setup-vouching")
    general = VouchRules.objects.filter(unit__code=city().code).first() if pk else None
    start = RulesForm.start(stored or general)
    form = RulesForm(request.POST or None, initial=start)
    if request.method == "POST" and request.POST.get("do") != "look" and form.is_valid():
        try:
            set_rules(unit=unit, values=form.cleaned_data, by=user)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Tersimpan. Berlaku untuk permohonan yang dikirim nanti.")
            return redirect(request.path)
    shown = form.rules() if form.is_bound and form.is_valid() else stored
    context = {
        "form": form,
        "unit": unit,
        "is_village": pk is not None,
        "stored": stored,
        "sentences": in_sentences(as_way(shown)) if shown is not None else [],
        "others": VouchRules.objects.exclude(unit__code=city().code).select_related("unit"),
        "village_form": VillageForm(),
    }
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "setup/vouching.html", context, status=status)


@page(Audience.ADMIN)
def choose_village(request: HttpRequest, user: User) -> HttpResponse:
    """From the list of villages to the page of one."""
    form = VillageForm(request.GET)
    if not form.is_valid():
        return redirect("setup-vouching")
    return redirect("setup-vouching-village", form.cleaned_data["village"].pk)


@page(Audience.ADMIN)
def hours(request: HttpRequest, user: User, of: str, pk: int | None = None) -> HttpResponse:
    """The service hours of the offices, of one office, or of RT and RW, for each weekday."""
    unit = Unit.objects.filter(pk=pk).first() if pk is not None else None
    if pk is not None and (unit is None or level_of(unit.kind) in NEIGHBOURHOOD):
        raise NotThere("Kantor ini tidak ditemukan.")
    known = hours_of(of, unit)
    form = HoursForm(request.POST if request.method == "POST" else None, known=known, of=of,
                     whole=unit is None)  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            set_hours(of=of, hours=form.hours(), by=user, unit=unit)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Tersimpan. Berlaku untuk langkah yang dimulai nanti.")
            return redirect(request.path)
    rows = [
        (name, form[f"opens_{weekday}"], form[f"closes_{weekday}"])
        for weekday, name in enumerate(WEEKDAYS)
    ]
    context = {
        "form": form, "rows": rows, "known": known, "unit": unit,
        "is_office": of == ServiceHours.Of.OFFICE,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "setup/hours.html", context, status=status)
