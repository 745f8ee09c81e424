"""Giving somebody a one-time code, at a counter or by an administrator."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from services.residents.models import OneTimeCode
from services.residents.onetime import Handed
from tenants.registry.current import city
from ui.forms import Form


class CheckedForm(Form):
    """How the official made sure who asks."""

    checked = forms.ChoiceField(
        label="Apa yang Anda periksa?", choices=OneTimeCode.Checked.choices,
        widget=forms.RadioSelect,
    )  # fmt: skip


def card(
    request: HttpRequest, handed: Handed, *, base: str, back: str, **more: object
) -> HttpResponse:
    """The code, shown this once, as a card to print. The page around it is ``never_cache``."""
    context = {
        "handed": handed,
        "base": base,
        "back": back,
        "address": city().page("password-by-code"),
    }
    return render(request, "web/code_card.html", context | more)
