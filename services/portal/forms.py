from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from accounts.forms import LONG_ENOUGH
from kernel.nik import parse_kk
from services.cases.vouching import LONGEST_REPLY
from ui.forms import EmailField, Form, NikField, PhoneField, WrittenDateField, by_rule


class RegisterForm(Form):
    """A resident opens an account: three facts from the family card, then a password."""

    nik = NikField(
        help_text=gettext_lazy("16 angka di KTP atau Kartu Keluarga."),
    )
    kk_number = forms.CharField(
        label=gettext_lazy("Nomor Kartu Keluarga"),
        max_length=24,
        help_text=gettext_lazy("16 angka di bagian atas Kartu Keluarga."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    birth_date = WrittenDateField(label=gettext_lazy("Tanggal lahir"))
    email = EmailField(
        required=False,
        help_text=gettext_lazy(
            "Untuk kabar permohonan, dan bila kata sandi terlupa. Kami kirim satu tautan untuk "
            "memastikan alamatnya."
        ),
    )
    phone = PhoneField(required=False)
    password = forms.CharField(
        label=gettext_lazy("Kata sandi baru"),
        max_length=200,
        strip=False,
        help_text=LONG_ENOUGH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_kk_number(self) -> str:
        return by_rule(lambda: parse_kk(self.cleaned_data["kk_number"]))


class PasswordByCodeForm(Form):
    """NIK and the code from the counter, and the password chosen with them."""

    nik = NikField(
        help_text=gettext_lazy("16 angka di KTP atau Kartu Keluarga."),
    )
    code = forms.CharField(
        label=gettext_lazy("Kode dari petugas"),
        max_length=40,
        help_text=gettext_lazy("Delapan huruf dan angka. Huruf besar atau kecil sama saja."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("Kata sandi baru"),
        max_length=200,
        strip=False,
        help_text=LONG_ENOUGH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class CodeForm(Form):
    code = forms.CharField(
        label=gettext_lazy("Kode pada surat"),
        max_length=60,
        help_text=gettext_lazy("Tercetak di bawah kode QR. Huruf besar atau kecil sama saja."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )


class SameFileForm(Form):
    file = forms.FileField(
        label=gettext_lazy("Berkas PDF surat"),
        widget=forms.FileInput(attrs={"accept": "application/pdf", "data-limit": 8388608}),
    )


class KeepForm(Form):
    """Consent to keep what is handed in for later requests. Never ticked beforehand."""

    keep = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, names: Sequence[str] = ()) -> None:
        super().__init__(data)
        self.fields["keep"].label = gettext("Simpan %(names)s untuk permohonan saya berikutnya") % {
            "names": ", ".join(names)
        }
        self.fields["keep"].help_text = gettext("Bisa dihapus kapan saja di “Data saya”.")


class LetterElsewhereForm(Form):
    """The address under the QR code of a letter of another city."""

    address = forms.CharField(
        label=gettext_lazy("Alamat di bawah kode QR"),
        max_length=200,
        help_text=gettext_lazy("Misalnya: kota-anda.balai.id/v/7KQ4-…. Salin seluruhnya."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )


class ReplyForm(Form):
    """The answer to a question of whoever vouches."""

    reply = forms.CharField(
        label=gettext_lazy("Jawaban Anda"),
        required=False,
        max_length=LONGEST_REPLY,
        help_text=gettext_lazy("Boleh kosong bila Anda menjawab dengan memperbaiki isian."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
