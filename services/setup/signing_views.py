"""By which provider the city signs its letters."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.applications import signing_on
from services.setup.views import page_of
from services.signing import accounts, certificates, queries
from services.signing.models import Account
from services.signing.providers import Provider
from services.web.access import today
from tenants.office import queries as office
from ui.forms import Form, explain
from ui.page import Audience, page

PER_PAGE = 50


class ProviderForm(Form):
    """What a provider asks of the city. A key is never shown again."""

    is_on = forms.BooleanField(label="Surat ditandatangani dengan cara ini", required=False)
    base = forms.CharField(
        label="Alamat gateway", max_length=200, required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        help_text="Misalnya https://esign.contoh.go.id",
    )  # fmt: skip
    allow_http = forms.BooleanField(
        label="Izinkan tanpa https", required=False,
        help_text="Hanya untuk gateway pada alamat IP di jaringan dalam. Frasa sandi pejabat lalu "
        "lewat tanpa perlindungan di jaringan itu.",
    )  # fmt: skip

    def __init__(self, name: str, provider: Provider, row: Account | None, data: Any = None):
        kept = row.keys if row is not None else {}
        options = row.options if row is not None else {}
        initial = dict(options)
        if row is not None:
            initial |= {"is_on": row.is_on, "base": row.base, "allow_http": row.allow_http}
        super().__init__(data, auto_id=f"id_%s_{name}", initial=initial)
        if not provider.needs_base:
            del self.fields["base"], self.fields["allow_http"]
        for one in provider.settings:
            if one.choices:
                self.fields[one.key] = forms.ChoiceField(
                    label=one.label, choices=list(one.choices), help_text=one.help, required=False
                )
            elif one.is_secret:
                self.fields[one.key] = forms.CharField(
                    label=one.label, max_length=200, required=False, strip=False,
                    help_text="Sudah tersimpan. Kosongkan bila tidak berubah."
                    if kept.get(one.key) else "Dari pengelola gateway.",
                    widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
                )  # fmt: skip
            else:
                self.fields[one.key] = forms.CharField(
                    label=one.label, max_length=200, required=False, help_text=one.help
                )


@page(Audience.ADMIN, support="no")
@sensitive_post_parameters("user", "password")
@require_http_methods(["GET", "POST"])
def providers(request: HttpRequest, user: User) -> HttpResponse:
    """How the city signs; the certificates of its officials; what nobody knows, and what waits for
    who may not sign any more."""
    offered = accounts.offered()
    rows = {row.provider: row for row in Account.objects.all()}
    named, failed = request.POST.get("provider", ""), None
    if request.method == "POST":
        if named not in offered:
            raise NotThere("Cara tanda tangan ini tidak dikenal.")
        failed = ProviderForm(named, offered[named], rows.get(named), request.POST)
        if failed.is_valid():
            typed = dict(failed.cleaned_data)
            is_on = typed.pop("is_on")
            try:
                accounts.keep(
                    provider=named, is_on=is_on, base=typed.pop("base", ""),
                    allow_http=typed.pop("allow_http", False), typed=typed, by=user, at=now(),
                )  # fmt: skip
            except RuleBroken as broken:
                explain(failed, broken)
            else:
                messages.success(
                    request,
                    f"Surat yang disetujui mulai sekarang ditandatangani dengan "
                    f"{offered[named].label}." if is_on else "Tersimpan.",
                )  # fmt: skip
                return redirect("setup-signing")
    shown = [
        (
            name, one,
            failed if failed is not None and name == named
            else ProviderForm(name, one, rows.get(name)),
            name in rows and rows[name].is_on,
        )
        for name, one in offered.items()
    ]  # fmt: skip
    held = certificates.in_force().select_related("user").order_by("ends_at", "pk")
    in_office = office.current_holdings(today()).filter(user=OuterRef("user"))
    held = held.annotate(is_in_office=Exists(in_office))
    return page_of(
        request, "signing", failed, shown=shown, authority=certificates.authority(),
        in_doubt=list(queries.in_doubt()[:50]), moment=now(), stuck=signing_on.stuck(today()),
        page=Paginator(held, PER_PAGE).get_page(request.GET.get("page")),
    )  # fmt: skip
