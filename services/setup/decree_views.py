"""Units that change by decree: noting one, taking one back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from services.setup.decree_forms import (
    CHANGES,
    CloseForm,
    DecreeForm,
    MoveForm,
    OpenForm,
    RenameForm,
    offered,
)
from services.setup.views import page_of, unit_of
from services.web.access import today
from tenants.office import decrees
from tenants.office.models import Decree, Unit
from ui.forms import explain
from ui.page import Audience, page


def _form(request: HttpRequest, unit: Unit, word: str) -> DecreeForm:
    data, initial = request.POST or None, {"effective_on": today()}
    if word == "nama":
        return RenameForm(data, initial=initial)
    kind = MoveForm if word == "pindah" else CloseForm
    return kind(data, initial=initial, unit=unit)


@page(Audience.ADMIN)
def decree(request: HttpRequest, user: User, pk: int, word: str) -> HttpResponse:
    """Note that a unit is renamed, moved or closed."""
    found = unit_of(pk)
    if word not in dict(offered(found)) or not found.is_active:
        raise NotThere("Perubahan ini tidak tersedia untuk unit ini.")
    change, label = CHANGES[word]
    form = _form(request, found, word)
    if request.method == "POST" and form.is_valid():
        try:
            noted = decrees.note(unit=found, change=change, by=user, **form.cleaned_data)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return _noted(request, noted)
    return page_of(request, "decree", form, unit=found, label=label)


@page(Audience.ADMIN)
def open_unit(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Note that a unit is formed in this one."""
    found = unit_of(pk)
    if not decrees.kinds_below(found) or not found.is_active:
        raise NotThere("Di unit ini tidak dibentuk unit lain.")
    form = OpenForm(request.POST or None, initial={"effective_on": today()}, unit=found)
    if request.method == "POST" and form.is_valid():
        try:
            noted = decrees.open_unit(parent=found, by=user, **form.cleaned_data)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return _noted(request, noted)
    return page_of(request, "decree", form, unit=found, label="Bentuk unit baru")


def _noted(request: HttpRequest, noted: Decree) -> HttpResponse:
    if noted.applied_at is None:
        messages.success(request, "Keputusan tercatat dan berlaku pada tanggalnya.")
    else:
        messages.success(request, "Keputusan tercatat dan sudah berlaku.")
    return redirect("setup-unit", noted.unit_id)


@page(Audience.ADMIN)
@require_POST
def cancel(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Take back a decree that is not in force yet."""
    taken_back = decrees.cancel(decree_id=pk, by=user)
    messages.success(request, f"Keputusan {taken_back.number} dibatalkan.")
    if taken_back.change == Decree.Change.OPEN:
        return redirect("setup-units")
    return redirect("setup-unit", taken_back.unit_id)
