from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy

from tenants.registry import regions
from ui.forms import EmailField, Form, TanggalField


def _choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """All kabupaten and kota by province: a select that a script turns into a search box."""
    return [
        ("", ""),
        *(
            (
                province.name,
                [(r.code, f"{r.name}, {province.name}") for r in regions.regencies(province.code)],
            )
            for province in regions.provinces()
        ),
    ]


class RegionForm(Form):
    kode = forms.ChoiceField(
        label=gettext_lazy("Kabupaten atau kota Anda"),
        help_text=gettext_lazy("Ketik sebagian namanya, misalnya “bontang”."),
        choices=_choices,
        widget=forms.Select(attrs={"data-combobox": "", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Pilih kabupaten atau kota dari daftar."),
            "invalid_choice": gettext_lazy("Pilih kabupaten atau kota dari daftar."),
        },
    )


class OfficialForm(Form):
    subdomain = forms.CharField(
        label="Alamat situs",
        help_text="Huruf kecil dan angka. Ini usulan kami; boleh diganti.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label="Nama lengkap",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    post = forms.CharField(
        label="Jabatan",
        max_length=120,
        help_text="Misalnya: Kepala Bidang Aplikasi Informatika, Diskominfo.",
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    email = EmailField(
        label="E-mail dinas",
        help_text="E-mail berakhiran .go.id membuktikan sendiri. E-mail lain kami periksa dahulu.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Tulis alamat e-mail yang lengkap, misalnya nama@kota.go.id."},
    )

    def clean_subdomain(self) -> str:
        """In small letters; ``actions.refuse_taken`` judges it and suggests another."""
        return str(self.cleaned_data["subdomain"]).strip().lower()


class FinishForm(Form):
    password = forms.CharField(
        label="Kata sandi",
        max_length=200,
        strip=False,
        help_text="Paling sedikit 10 karakter, bukan angka saja. Kalimat pendek mudah diingat.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    accepted_terms = forms.BooleanField(
        label="Saya berwenang mendaftarkan pemerintah daerah ini, dan menyetujui syaratnya.",
        error_messages={"required": "Setujui syaratnya untuk melanjutkan."},
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


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
