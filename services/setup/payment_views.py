"""The city's accounts at payment providers."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.payments import online
from services.payments.models import ProviderAccount
from services.payments.providers import Provider, providers
from services.setup.views import page_of
from tenants.registry.current import city
from ui.forms import Form, explain
from ui.page import Audience, page


class AccountForm(Form):
    """What a provider gave the city. A key is never shown again."""

    is_on = forms.BooleanField(label="Warga boleh membayar lewat penyedia ini", required=False)
    environment = forms.ChoiceField(
        label="Lingkungan", choices=[("sandbox", "Uji coba"), ("production", "Sungguhan")]
    )

    def __init__(self, name: str, provider: Provider, kept: set[str], **kwargs: Any) -> None:
        super().__init__(auto_id=f"id_%s_{name}", **kwargs)
        for one in provider.settings:
            self.fields[one.key] = forms.CharField(
                label=one.label, max_length=200, required=False,
                help_text="Sudah tersimpan. Kosongkan bila tidak berubah."
                if one.key in kept else "Dari dasbor penyedia.",
                widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip


def _form(name: str, data: Any = None) -> AccountForm:
    row = ProviderAccount.objects.filter(provider=name).first()
    kept = {key for key, value in row.keys.items() if value} if row is not None else set()
    initial = {"is_on": row.is_on, "environment": row.environment} if row is not None else {}
    return AccountForm(name, providers[name], kept, data=data, initial=initial)


@page(Audience.ADMIN, support="no")
@require_http_methods(["GET", "POST"])
def accounts(request: HttpRequest, user: User) -> HttpResponse:
    """Which providers take fees here, and with which keys."""
    named, failed = request.POST.get("provider", ""), None
    if request.method == "POST":
        if named not in providers:
            raise NotThere("Penyedia pembayaran ini tidak dikenal.")
        failed = _form(named, request.POST)
        if failed.is_valid():
            typed = dict(failed.cleaned_data)
            try:
                online.keep_account(
                    provider=named, is_on=typed.pop("is_on"),
                    environment=typed.pop("environment"), keys=typed, by=user, at=now(),
                )  # fmt: skip
            except RuleBroken as broken:
                explain(failed, broken)
            else:
                messages.success(request, f"Akun {providers[named].label} tersimpan.")
                return redirect("setup-payments")
    shown = [
        (
            name, provider.label, failed if failed is not None and name == named else _form(name),
            [way.label for way in provider.ways], city().page("payment-notification", name),
        )
        for name, provider in providers.items()
    ]  # fmt: skip
    return page_of(request, "payments", failed, shown=shown)
