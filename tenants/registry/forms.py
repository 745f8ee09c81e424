from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy

from ui.forms import EmailField, Form, TanggalField


class RegionForm(Form):
    """What the visitor types; a script offers matches, and the server judges the text."""

    daerah = forms.CharField(
        label=gettext_lazy("Kabupaten atau kota Anda"),
        max_length=100,
        help_text=gettext_lazy("Ketik namanya, misalnya “bontang” atau “kab. bandung”."),
        widget=forms.TextInput(
            attrs={"data-suggest": "/daftar/cari/", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={"required": gettext_lazy("Tulis nama kabupaten atau kota Anda.")},
    )


class OfficialForm(Form):
    name = forms.CharField(
        label="Nama lengkap",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = EmailField(
        label="E-mail dinas",
        help_text="E-mail dengan domain .go.id milik daerah Anda langsung diterima, misalnya "
        "nama@bontangkota.go.id. E-mail lain kami periksa dahulu.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Tulis alamat e-mail yang lengkap, misalnya nama@kota.go.id."},
    )
    password = forms.CharField(
        label="Kata sandi",
        max_length=200,
        strip=False,
        help_text="Paling sedikit 10 karakter, bukan angka saja. Kalimat pendek mudah diingat.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    post = forms.CharField(
        label="Jabatan",
        max_length=120,
        required=False,
        help_text="Misalnya: Kepala Bidang Aplikasi Informatika, Diskominfo.",
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    subdomain = forms.CharField(
        label="Alamat situs",
        help_text="Huruf kecil dan angka. Ini usulan kami; boleh diganti.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_subdomain(self) -> str:
        """In small letters; ``actions.refuse_taken`` judges it and suggests another."""
        return str(self.cleaned_data["subdomain"]).strip().lower()


class CorrectEmailForm(Form):
    email = EmailField(label="Alamat e-mail yang benar")


class ReasonForm(Form):
    reason = forms.CharField(
        label="Alasan",
        max_length=1000,
        help_text="Dikirim kepada pendaftar.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WhyForm(Form):
    reason = forms.CharField(
        label="Alasan",
        max_length=200,
        help_text="Dicatat dalam jejak audit.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class TrialForm(WhyForm):
    until = TanggalField(label="Masa coba sampai")
    field_order = ["until", "reason"]


class LimitsForm(WhyForm):
    letters = forms.IntegerField(label="Surat per bulan", min_value=0, required=False)
    seats = forms.IntegerField(label="Kursi petugas", min_value=0, required=False)
    storage_mb = forms.IntegerField(label="Ruang berkas", min_value=0, required=False)
    messages = forms.IntegerField(label="E-mail per bulan", min_value=0, required=False)
    back = forms.BooleanField(
        label="Kembalikan ke batas paketnya (angka di atas diabaikan)", required=False
    )
    field_order = ["letters", "seats", "storage_mb", "messages", "back", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("letters", "seats", "storage_mb", "messages"):
            field = self.fields[name]
            field.widget.attrs["inputmode"] = "numeric"
            field.localize = False
            field.error_messages["invalid"] = "Tulis angka bulat, atau kosongkan."
            assert isinstance(field, forms.IntegerField)
            field.validators.append(MaxValueValidator(2_000_000_000, "Angka ini terlalu besar."))
