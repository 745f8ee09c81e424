"""How long archives are kept: the classes of the city's retention schedule."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere
from services.records import proposed, registers, retention
from services.records.models import RetentionClass
from ui.forms import Form, explained
from ui.page import Audience, page

YEARS = {"inputmode": "numeric", "maxlength": 3}


class RetentionForm(Form):
    """A class: for a classification code, or for a service."""

    code = forms.CharField(
        label="Kode klasifikasi", max_length=40, required=False,
        help_text="Berlaku juga untuk kode di bawahnya: 400.9 meliputi 400.9.14. Misalnya "
        "500.16.7.2.",
    )  # fmt: skip
    topic = forms.ChoiceField(
        label="Atau layanan", required=False,
        help_text="Kelas sebuah layanan didahulukan dari kelas kodenya.",
    )  # fmt: skip
    title = forms.CharField(label="Uraian", max_length=200)
    active_years = forms.IntegerField(
        label="Aktif (tahun)", min_value=0, max_value=100, widget=forms.TextInput(attrs=YEARS)
    )
    inactive_years = forms.IntegerField(
        label="Inaktif (tahun)", min_value=0, max_value=100, widget=forms.TextInput(attrs=YEARS)
    )
    fate = forms.ChoiceField(
        label="Nasib akhir", choices=RetentionClass.Fate.choices, widget=forms.RadioSelect
    )
    source = forms.CharField(
        label="Sumber", max_length=200, help_text="Peraturan yang memuat JRA-nya, dan nomornya."
    )

    def __init__(self, *args: Any, services: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["topic"].choices = [("", "–"), *services.items()]
        for name in ("active_years", "inactive_years"):
            wrong = "Tulis jumlah tahunnya dengan angka, 0 sampai 100."
            fields[name].error_messages.update(invalid=wrong, min_value=wrong, max_value=wrong)


def _page(request: HttpRequest, user: User, chosen: RetentionClass | None = None) -> HttpResponse:
    services = registers.titles()
    initial = {}
    if chosen is not None:
        names = RetentionForm.base_fields
        initial = {name: getattr(chosen, name) for name in names}
    form = RetentionForm(request.POST or None, services=services, initial=initial)
    if request.method == "POST" and form.is_valid():
        with explained(form):
            retention.keep(
                pk=chosen.pk if chosen is not None else None,
                told=retention.Told(**form.cleaned_data), by=user, at=now(),
            )  # fmt: skip
            messages.success(request, "Kelas disimpan. Tanggal arsip dihitung ulang.")
            return redirect("setup-retention")
    rows = sorted(RetentionClass.objects.all(), key=lambda row: not row.code)  # codes first
    context = {
        "form": form, "chosen": chosen,
        "classes": [
            (row, services.get(row.topic, row.topic), proposed.is_unconfirmed(row)) for row in rows
        ],
        "proposals": [
            (one, services.get(one.topic, "")) for one in proposed.missing(rows, services)
        ],
    }  # fmt: skip
    return render(request, "setup/retention.html", context, status=422 if form.errors else 200)


@page(Audience.ADMIN)
def listed(request: HttpRequest, user: User) -> HttpResponse:
    """Every class; another one is added here."""
    return _page(request, user)


@page(Audience.ADMIN)
@require_POST
def adopt(request: HttpRequest, user: User) -> HttpResponse:
    """The classes that Balai proposes become the city's."""
    number = proposed.adopt(by=user, at=now())
    messages.success(
        request,
        f"{number} kelas dipakai. Tanggal arsip dihitung ulang. Pastikan tiap kelas dengan JRA "
        "daerah Anda.",
    )
    return redirect("setup-retention")


@page(Audience.ADMIN)
def change(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """One class."""
    chosen = RetentionClass.objects.filter(pk=pk).first()
    if chosen is None:
        raise NotThere("Kelas retensi ini sudah tidak ada.")
    return _page(request, user, chosen)


@page(Audience.ADMIN)
@require_POST
def drop(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """A class is taken away."""
    retention.drop(pk=pk, by=user, at=now())
    messages.success(request, "Kelas dihapus. Tanggal arsip dihitung ulang.")
    return redirect("setup-retention")
