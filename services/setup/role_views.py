"""A city's own roles of posts: listed, added, changed, removed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from services.catalogue import editor_inputs
from services.setup.views import page_of
from tenants.office import own_roles
from tenants.office.models import OwnRole
from tenants.office.roles import SHIPPED, Can
from ui.forms import Form, explain
from ui.page import Audience, page

LEVELS = {level: dict(editor_inputs.LEVELS)[level] for level in own_roles.LEVELS}
DUTIES = {
    Can.VOUCHES.value: "Membenarkan warga (hanya di RT, RW, dan dusun)",
    Can.COUNTER.value: "Melayani di loket, dan membuat kode masuk warga",
    Can.CHECKS.value: "Memeriksa berkas",
    Can.INITIALS.value: "Memaraf",
    Can.SIGNS.value: "Memutuskan dan menandatangani",
    Can.COLLECTS.value: "Menerima pembayaran retribusi",
    Can.SEES_PEOPLE.value: "Mencari dan membuka data penduduk wilayahnya",
    Can.KEEPS_REGISTER.value: "Mencatat data penduduk (di kelurahan atau desa, dan Disdukcapil)",
    Can.SHARED.value: "Boleh dipegang beberapa orang sekaligus",
}


class ChangeForm(Form):
    title = forms.CharField(
        label="Nama peran",
        max_length=own_roles.LONGEST,
        help_text="Misalnya: Petugas verifikasi. Nama setiap jabatannya ditulis tersendiri.",
    )
    can = forms.MultipleChoiceField(
        label="Tugasnya",
        choices=list(DUTIES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu tugas."},
    )


class AddForm(ChangeForm):
    level = forms.ChoiceField(
        label="Tingkat",
        choices=list(LEVELS.items()),
        initial="kelurahan",
        help_text="Tidak bisa diubah kemudian.",
    )
    field_order = ("title", "level", "can")


def _role(pk: int) -> OwnRole:
    found = OwnRole.objects.filter(pk=pk).first()
    if found is None:
        raise NotThere("Peran ini sudah tidak ada.")
    return found


@page(Audience.ADMIN)
@require_safe
def roles(request: HttpRequest, user: User) -> HttpResponse:
    """The city's own roles, and below them those every city has."""
    own: list[dict[str, Any]] = [
        {"role": role, "level": LEVELS[role.level],
         "duties": [words for code, words in DUTIES.items() if code in role.can]}
        for role in OwnRole.objects.all()
    ]  # fmt: skip
    levels = dict(editor_inputs.LEVELS)
    shipped = [
        (role.title, ", ".join(levels[level] for level in role.levels))
        for role in SHIPPED.values()
    ]  # fmt: skip
    return page_of(request, "roles", own=own, shipped=shipped)


@page(Audience.ADMIN)
def add_role(request: HttpRequest, user: User) -> HttpResponse:
    form = AddForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = own_roles.add_role(**form.cleaned_data, by=user)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            said = "ditambahkan. Tambahkan jabatannya di halaman unit, lalu pakai di layanan."
            messages.success(request, f"Peran {added.title} {said}")
            return redirect("setup-roles")
    return page_of(
        request, "structure", form, heading="Tambah peran", back="setup-roles",
        back_to="Peran jabatan",
    )  # fmt: skip


@page(Audience.ADMIN)
def change_role(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    role = _role(pk)
    form = ChangeForm(request.POST or None, initial={"title": role.title, "can": role.can})
    if request.method == "POST" and form.is_valid():
        try:
            changed = own_roles.change_role(role_id=pk, **form.cleaned_data, by=user)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, f"Peran {changed.title} tersimpan.")
            return redirect("setup-roles")
    return page_of(request, "role", form, role=role, level=LEVELS[role.level])


@page(Audience.ADMIN)
@require_POST
def remove_role(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    try:
        gone = own_roles.remove_role(role_id=pk, by=user)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("setup-role", pk)
    messages.success(request, f"Peran {gone.title} dihapus.")
    return redirect("setup-roles")
