from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy

from ui.forms import EmailField, Form


class RegionForm(Form):
    """What the visitor types; a script offers matches, and the server judges the text."""

    region = forms.CharField(
        label=gettext_lazy("Kabupaten atau kota Anda"),
        max_length=100,
        help_text=gettext_lazy("Ketik namanya, misalnya “bontang” atau “kab. bandung”."),
        widget=forms.TextInput(
            attrs={
                "data-suggest": reverse_lazy("signup-suggest"),
                "autocomplete": "off",
                "spellcheck": "false",
            }
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
