"""Which posts put their initials to drafts, and where one person may check and complete a case."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from services.catalogue import initials
from tenants.office import one_person
from tenants.office import queries as office
from ui.forms import Form
from ui.page import Audience, page


class InitialsForm(Form):
    """One box for each level and role that may put initials."""

    on = forms.MultipleChoiceField(
        label="Siapa yang memaraf?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(f"{level}:{role}", title) for level, role, title in initials.POSSIBLE],
        help_text="Naskah melewati jabatan yang dicentang, menurut urutan ini, sebelum sampai ke "
        "Lurah, Kepala Desa, atau Camat. Bila jabatannya kosong, langkahnya dilewati.",
    )


class OnePersonForm(Form):
    """One box for each dinas."""

    at = forms.MultipleChoiceField(
        label="Di mana satu orang boleh memeriksa dan menyelesaikan?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Di kantor lain, berkas adminduk diselesaikan petugas lain daripada yang "
        "memeriksanya, kecuali hanya ada satu petugas.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["at"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(unit.pk), unit.name) for unit in one_person.offices()]


@page(Audience.ADMIN)
def switch(request: HttpRequest, user: User) -> HttpResponse:
    known = [f"{level}:{role}" for level, role in office.initials()]
    form = InitialsForm(initial={"on": known})
    alone = OnePersonForm(initial={"at": [str(pk) for pk in office.one_person()]})
    if request.method == "POST" and request.POST.get("do") == "one_person":
        alone = OnePersonForm(request.POST)
        if alone.is_valid():
            one_person.switch(on=[int(pk) for pk in alone.cleaned_data["at"]], by=user)
            messages.success(request, "Tersimpan. Berlaku sekarang juga.")
            return redirect("setup-initials")
    elif request.method == "POST":
        form = InitialsForm(request.POST)
        if form.is_valid():
            chosen = [one.partition(":") for one in form.cleaned_data["on"]]
            initials.switch(on=[(level, role) for level, _, role in chosen], by=user)
            messages.success(
                request, "Tersimpan. Berlaku untuk permohonan yang dikirim mulai sekarang."
            )
            return redirect("setup-initials")
    failed = next((one for one in (form, alone) if one.errors), None)
    context = {"form": form, "alone": alone, "failed": failed}
    return render(request, "setup/initials.html", context, status=422 if failed else 200)
