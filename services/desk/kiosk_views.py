"""Kiosks of the own office: opening one on this browser, closing, and codes for a turn."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.desk.frame import frame
from services.desk.people_views import at_counter, opened, seeing
from services.desk.views import posts_of
from services.residents.kiosk import actions, queries
from services.web import kiosk as browser
from services.web.access import today
from tenants.office.models import Post, Unit
from ui.forms import Form, explain
from ui.page import Audience, page


class OpenForm(Form):
    """Which office, where somebody sits at several counters."""

    unit = forms.TypedChoiceField(label="Kios untuk kantor mana?", coerce=int)

    def __init__(self, *args: object, units: list[Unit], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(unit.pk, unit.name) for unit in units]
        field.initial = units[0].pk
        if len(units) == 1:
            field.widget = forms.HiddenInput()


class CheckedForm(Form):
    checked = forms.ChoiceField(
        label="Apa yang Anda periksa?", choices=actions.CHECKS, widget=forms.RadioSelect
    )


def _counter(request: HttpRequest) -> tuple[User, list[Post], list[Unit]]:
    """Raises NotThere for whoever sits at no counter of an office with residents."""
    user, posts = posts_of(request)
    units = queries.counters(user, today())
    if not units:
        raise NotThere("Kios dibuka petugas loket kelurahan, desa, dan kecamatan.")
    return user, posts, units


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def kiosks(request: HttpRequest) -> HttpResponse:
    """The open kiosks of the office; a press turns this browser into one more."""
    user, posts, units = _counter(request)
    moment = now()
    form = OpenForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            kiosk, token = actions.open_kiosk(
                unit_id=form.cleaned_data["unit"], by=user, at=moment, today=today()
            )
        except RuleBroken as broken:
            explain(form, broken)
        else:
            browser.begin(request, kiosk, token)
            return redirect("kiosk")
    context = {
        "form": form, "kiosks": queries.open_at([unit.pk for unit in units], moment),
        **frame(posts, "kios"),
    }  # fmt: skip
    return render(request, "desk/kiosks.html", context, status=422 if form.errors else 200)


@page(Audience.DESK)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a kiosk that stands somewhere else."""
    user, _, _ = _counter(request)
    actions.close(kiosk_id=pk, by=user, at=now(), today=today())
    messages.success(request, "Kios ditutup. Perangkatnya tidak dapat dipakai lagi sebelum dibuka.")
    return redirect("desk-kiosks")


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """A code for somebody who has no family card at hand, shown once."""
    user, posts, _ = seeing(request)
    person = opened(request, posts, pk)
    if not at_counter(posts, person):
        raise NotThere("Kode dibuat petugas loket di wilayah tempat orang ini tinggal.")
    form = CheckedForm(request.POST or None)
    context: dict[str, object] = {"person": person, "form": form, **frame(posts, "penduduk")}
    if request.method == "POST" and form.is_valid():
        try:
            context["handed"] = actions.make_code(
                person=person, **form.cleaned_data, by=user, at=now(), today=today()
            )
        except RuleBroken as broken:
            explain(form, broken)
    return render(request, "desk/kiosk_code.html", context, status=422 if form.errors else 200)
