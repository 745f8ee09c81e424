"""Printing cards with first codes for heads of RT, RW and dusun: by administrators for the city,
by a kelurahan for its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from services.heads import cards
from services.web.access import today
from services.web.files import send
from tenants.office.models import Unit
from ui.forms import Form, explain

RECENT = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page stands: the frame around it and the names of its addresses."""

    base: str
    page: str
    fetch: str
    back: str
    back_to: str


class AreaForm(Form):
    area = forms.ChoiceField(label="Untuk wilayah mana?", widget=forms.RadioSelect)

    def __init__(self, *args: object, areas: Sequence[tuple[Unit, int]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field: forms.ChoiceField = self.fields["area"]  # type: ignore[assignment]
        field.choices = [(str(unit.pk), f"{unit.name}: {count} kartu") for unit, count in areas]
        if len(areas) == 1:
            field.initial = str(areas[0][0].pk)


def cards_page(request: HttpRequest, user: User, place: Place, **around: object) -> HttpResponse:
    """How many have no password, ordering a sheet, and the latest sheets."""
    on = today()
    areas = cards.areas_of(user, on)
    counted = [(unit, cards.people_without_password(unit, on)) for unit in areas]
    form = AreaForm(
        request.POST if request.method == "POST" else None,
        areas=[(unit, count) for unit, count in counted if count],
    )
    if request.method == "POST" and form.is_valid():
        try:
            cards.order(unit_id=int(form.cleaned_data["area"]), by=user, on=on)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return redirect(place.page)
    sheets = list(cards.sheets_of(areas)[:RECENT])
    context = {
        "form": form,
        "place": place,
        "waiting": sum(count for _, count in counted),
        "sheets": sheets,
        "days": cards.VALID_DAYS,
        "is_making": any(sheet.state == cards.State.MAKING for sheet in sheets),
    }
    return render(
        request, "web/head_cards.html", context | around, status=422 if form.errors else 200
    )


def fetched(user: User, pk: int) -> HttpResponse:
    """The PDF of a sheet, once."""
    content = cards.fetch(sheet_id=pk, by=user, at=now())
    return send(content, media_type="application/pdf", name="kartu-masuk.pdf", download=True)
