"""Noting that the head of an RT, RW or dusun is away: first when, then who stands in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from kernel.errors import RuleBroken
from services.web.access import today
from tenants.office import absences
from tenants.office.absences import StandIn
from ui.forms import DayField, Form, WrittenDateField, explain


@dataclass(frozen=True, slots=True)
class Frame:
    """The page around it, the name of its own address, and where it leads back to."""

    base: str
    here: str
    done: str
    end: str


class DaysForm(Form):
    since = WrittenDateField(label="Mulai tanggal")
    until = WrittenDateField(label="Sampai tanggal", help_text="Hari terakhir Anda berhalangan.")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                absences.check_days(data["since"], data["until"], today())
            except RuleBroken as broken:
                explain(self, broken)
        return data


class WhoForm(Form):
    since = DayField(widget=forms.HiddenInput)
    until = DayField(widget=forms.HiddenInput)
    stand_in = forms.ChoiceField(label="Siapa yang menggantikan?", widget=forms.RadioSelect)

    def __init__(self, *args: object, among: Sequence[StandIn], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["stand_in"]
        field.choices = [
            (str(one.post.pk), f"{one.holder.name}, {one.post.title}") for one in among
        ]


def absence_page(
    request: HttpRequest, user: User, pk: int, frame: Frame, **around: object
) -> HttpResponse:
    """Two screens, and what is noted already. Raises NotThere for somebody else's post."""
    on = today()
    holding = absences.holding_of(pk, user, on)
    context: dict[str, Any] = {
        "frame": frame, "holding": holding, "own": holding.user_id == user.pk, **around
    }  # fmt: skip
    if request.method == "POST":
        among = absences.choices(holding, on)
        form: Form = WhoForm(request.POST, among=among)
        if form.is_valid():
            try:
                made = absences.note(
                    holding_id=pk, since=form.cleaned_data["since"],
                    until=form.cleaned_data["until"],
                    stand_in_id=int(form.cleaned_data["stand_in"]), by=user, on=on,
                )  # fmt: skip
            except RuleBroken as broken:
                explain(form, broken)
            else:
                messages.success(request, f"Tercatat. {made.stand_in.title} menggantikan.")
                return redirect(frame.done)
        return _page(request, context | {"form": form, "among": among, "step": "who"})
    if "until" not in request.GET:
        form = DaysForm(initial={"since": f"{on:%d-%m-%Y}"})
        return _page(request, context | {"form": form, "noted": absences.of([holding], on)})
    form = DaysForm(request.GET)
    if not form.is_valid():
        return _page(request, context | {"form": form, "noted": absences.of([holding], on)})
    among, days = absences.choices(holding, on), form.cleaned_data
    who = WhoForm(
        initial={name: days[name].isoformat() for name in ("since", "until")}, among=among
    )
    return _page(request, context | {"form": who, "among": among, "step": "who", "days": days})


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["form"].errors else 200
    return render(request, "web/absence.html", context, status=status)


def ended(request: HttpRequest, user: User, pk: int) -> None:
    """The head is back."""
    absences.end(absence_id=pk, by=user, on=today())
    messages.success(request, "Tercatat: sudah kembali. Penggantinya tidak lagi melihat berkas.")
