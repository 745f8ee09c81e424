"""Rules by which units and other systems read facts of residents."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from services.residents import sharing
from services.residents.fields import FIELDS, Group
from services.residents.models import SharingRule
from services.setup.views import page_of
from services.web.access import today
from tenants.office.models import Unit
from tenants.registry.current import city
from ui.forms import Form, TanggalField, explain
from ui.page import Audience, page


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (group.value, [(f.name, f.label) for f in FIELDS.values() if f.group is group])
        for group in Group
    ]


class RuleForm(Form):
    name = forms.CharField(
        label="Nama aturan", max_length=120, help_text="Misalnya: Data pasien RSUD."
    )
    unit = forms.ModelChoiceField(
        label="Unit yang membaca", queryset=Unit.objects.none(), required=False, empty_label="",
        help_text="Dinas, kecamatan, atau kelurahan di daerah ini.",
    )  # fmt: skip
    system = forms.CharField(
        label="Atau sistem lain", max_length=60, required=False,
        help_text="Nama sistem yang membaca lewat API, misalnya SIMRS RSUD.",
    )  # fmt: skip
    fields_ = forms.MultipleChoiceField(
        label="Data yang dibagikan", choices=_choices, widget=forms.CheckboxSelectMultiple,
        help_text="Hanya yang perlu untuk tujuannya.",
    )  # fmt: skip
    area = forms.ModelChoiceField(
        label="Penduduk wilayah mana", queryset=Unit.objects.none(), empty_label=None
    )
    purpose = forms.CharField(
        label="Untuk apa", max_length=200, help_text="Dibaca oleh warga yang datanya dibuka."
    )
    basis = forms.CharField(
        label="Dasar", max_length=200,
        help_text="Nomor perjanjian kerja sama atau peraturan.",
    )  # fmt: skip
    since = TanggalField(label="Berlaku sejak")
    until = TanggalField(label="Berlaku sampai")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = (Unit.Kind.DINAS, Unit.Kind.KECAMATAN, Unit.Kind.KELURAHAN, Unit.Kind.DESA)
        areas = (Unit.Kind.CITY, Unit.Kind.KECAMATAN, Unit.Kind.KELURAHAN, Unit.Kind.DESA)
        for name, kinds in (("unit", offices), ("area", areas)):
            field: Any = self.fields[name]
            field.queryset = Unit.objects.filter(kind__in=kinds, is_active=True).order_by("code")
        self.fields["area"].initial = Unit.objects.filter(code=city().code).first()


@page(Audience.ADMIN)
def rules(request: HttpRequest, user: User) -> HttpResponse:
    """The rules there are, how often each was used, and a new one."""
    form = RuleForm(request.POST or None, initial={"since": today()})
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        try:
            sharing.make(fields=told.pop("fields_"), by=user, **told)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Aturan berbagi data tersimpan.")
            return redirect("setup-sharing")
    listed = list(SharingRule.objects.select_related("unit", "area", "made_by")[:200])
    used = sharing.uses(listed)
    rows = [
        (rule, [FIELDS[name].label for name in rule.fields if name in FIELDS], used[rule.pk])
        for rule in listed
    ]
    return page_of(request, "sharing", form, rows=rows, today=today())


@page(Audience.ADMIN)
@require_POST
def end(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """End a rule at once."""
    ended = sharing.end(rule_id=pk, by=user, at=now())
    messages.success(request, f"Aturan “{ended.name}” diakhiri.")
    return redirect("setup-sharing")
