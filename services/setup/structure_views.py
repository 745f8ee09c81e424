"""A city's own dinas and posts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from services.setup.views import page_of, unit_of
from tenants.office import structure
from tenants.office.models import Post, Unit
from ui.forms import Form, explain
from ui.page import Audience, page


class DinasForm(Form):
    name = forms.CharField(
        label="Nama dinas atau unit", max_length=100, help_text="Misalnya: Dinas Perhubungan."
    )
    abbreviation = forms.CharField(
        label="Singkatan", max_length=12, help_text="Untuk nomor surat, misalnya Dishub."
    )
    head = forms.CharField(
        label="Sebutan kepalanya",
        max_length=60,
        help_text="Tercetak di bawah tanda tangan, misalnya Kepala Dinas Perhubungan.",
    )
    address = forms.CharField(label="Alamat kantor", max_length=200, required=False)


class TitleForm(Form):
    title = forms.CharField(
        label="Nama jabatan",
        max_length=120,
        help_text="Seperti tercetak di bawah tanda tangan, misalnya Kepala Seksi Pemerintahan.",
    )


class PostForm(TitleForm):
    role = forms.ChoiceField(
        label="Peran",
        help_text="Langkah layanan ditujukan kepada peran: semua pejabat dengan peran itu di unit "
        "ini dapat mengerjakannya.",
    )
    field_order = ("role", "title")

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["role"]
        field.choices = [(role.code, role.title) for role in structure.may_add(unit)]


@page(Audience.ADMIN)
def add_dinas(request: HttpRequest, user: User) -> HttpResponse:
    form = DinasForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = structure.add_dinas(**form.cleaned_data, by=user)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            said = "ditambahkan. Tunjuk petugasnya, lalu pakai di langkah layanan."
            messages.success(request, f"{added.name} {said}")
            return redirect("setup-unit", added.pk)
    return page_of(
        request, "structure", form, heading="Tambah dinas atau unit", back="setup-units",
        back_to="Wilayah",
    )  # fmt: skip


@page(Audience.ADMIN)
def add_post(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    found = unit_of(pk)
    if not structure.may_add(found) or not found.is_active:
        raise NotThere("Di unit ini tidak ada jabatan yang dapat ditambah.")
    form = PostForm(request.POST or None, unit=found)
    if request.method == "POST" and form.is_valid():
        try:
            added = structure.add_post(unit=found, **form.cleaned_data, by=user)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, f"Jabatan {added.title} ditambahkan. Tunjuk pejabatnya.")
            return redirect("setup-post", added.pk)
    return page_of(
        request, "structure", form, heading=f"Tambah jabatan di {found.name}", back="setup-unit",
        back_pk=pk, back_to=found.name,
    )  # fmt: skip


@page(Audience.ADMIN)
def call_post(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    found = Post.objects.select_related("unit").filter(pk=pk).first()
    if found is None:
        raise NotThere("Jabatan ini tidak ditemukan.")
    form = TitleForm(request.POST or None, initial={"title": found.title})
    if request.method == "POST" and form.is_valid():
        try:
            called = structure.call_post(post=found, **form.cleaned_data, by=user)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, f"Jabatan ini sekarang bernama {called.title}.")
            return redirect("setup-post", pk)
    return page_of(
        request, "structure", form, heading=f"Ubah nama jabatan {found.title}", back="setup-post",
        back_pk=pk, back_to=found.title,
    )  # fmt: skip
