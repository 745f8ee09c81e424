"""What residents do together: activities they answer, and their nights of the watch."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.clock import now
from kernel.errors import RuleBroken
from kernel.ids import row_id
from kernel.once import reading_once
from kernel.tanggal import long_date
from services.neighbourhood import activities, watch
from services.neighbourhood.watch import Night
from services.residents.models import Person
from services.web.access import resident, today
from services.web.announcing import day_of, picture
from services.web.files import send
from ui.forms import Form, explain
from ui.page import Audience, page


@page(Audience.RESIDENT)
@never_cache
@require_safe
def activity(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """One day of an activity, and one's own answer."""
    _, person = resident(request)
    found, on = activities.one_for_resident(person, pk), day_of(day)
    context = {
        "meeting": activities.meeting(found, on, person),
        "outcome": activities.outcome_of(found, on),
        "may_reply": found.cancelled_at is None and on >= today(),
    }
    return render(request, "portal/rt/activity.html", context)


@page(Audience.RESIDENT)
@never_cache
@require_POST
def reply(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """“Saya ikut” or “tidak bisa”."""
    _, person = resident(request)
    activities.reply(
        activity_id=pk, on=day_of(day), comes=request.POST.get("comes") == "yes", person=person,
        at=now(), today=today(),
    )  # fmt: skip
    messages.success(request, gettext("Jawaban Anda tersimpan."))
    return redirect("activity", pk, day)


@page(Audience.RESIDENT)
@never_cache
@require_safe
def photo(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """The photo of one day."""
    _, person = resident(request)
    found = activities.one_for_resident(person, pk)
    return picture(activities.outcome_of(found, day_of(day)))


@page(Audience.RESIDENT)
@never_cache
@require_safe
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The activity for a calendar: what, when and where."""
    _, person = resident(request)
    found = activities.one_for_resident(person, pk)
    text = activities.calendar_file(found, host=request.get_host().partition(":")[0])
    return send(
        text.encode(), media_type="text/calendar; charset=utf-8", name="kegiatan.ics", download=True
    )


@page(Audience.RESIDENT)
@never_cache
@require_safe
@reading_once()
def watch_list(request: HttpRequest) -> HttpResponse:
    """The nights of a month, and requests to swap."""
    _, person = resident(request)
    on = today()
    ahead = watch.nights(watch.units_around(person), on, on + watch.AHEAD)
    context = {
        "nights": [(night, night.has(person)) for night in ahead],
        "asked": watch.asked_of(person, on),
        "own_swaps": watch.asked_by(person, on)[:10],
    }
    return render(request, "portal/rt/watch.html", context)


class SwapForm(Form):
    """Which night of whom is taken instead."""

    night = forms.ChoiceField(
        label=gettext_lazy("Malam tetangga"), widget=forms.RadioSelect
    )  # fmt: skip

    def __init__(self, *args: Any, pairs: list[tuple[Night, Person]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["night"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (f"{night.text} {one.pk}", f"{long_date(night.on)}: {one.name.title()}")
            for night, one in pairs
        ]


@page(Audience.RESIDENT)
@never_cache
@require_http_methods(["GET", "POST"])
def swap(request: HttpRequest, day: str) -> HttpResponse:
    """Ask a neighbour to exchange nights."""
    _, person = resident(request)
    on = day_of(day)
    own = watch.own_night(person, on, today())
    form = SwapForm(request.POST or None, pairs=watch.may_take(person, own, today()))
    if request.method == "POST" and form.is_valid():
        text, _, other = form.cleaned_data["night"].partition(" ")
        try:
            watch.ask(
                person=person, on=on, other_id=row_id(other), other_on=day_of(text), at=now(),
                today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, gettext("Permintaan Anda sudah disampaikan."))
            return redirect("my-watch")
    context = {"own": own, "form": form}
    return render(request, "portal/rt/swap.html", context, status=422 if form.errors else 200)


@page(Audience.RESIDENT)
@never_cache
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to swap, or not."""
    _, person = resident(request)
    watch.answer(
        swap_id=pk, person=person, agrees=request.POST.get("agrees") == "yes", at=now(),
        today=today(),
    )  # fmt: skip
    messages.success(request, gettext("Jawaban Anda tersimpan."))
    return redirect("my-watch")
