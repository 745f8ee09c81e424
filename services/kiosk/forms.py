"""What is typed at a kiosk before a turn begins, and to close it."""

from django import forms

from services.residents.kiosk.actions import CARD_DIGITS
from ui.forms import Form, NikField, TanggalField


class IdentityForm(Form):
    nik = NikField(label="NIK", help_text="16 angka di KTP atau Kartu Keluarga.")
    birth_date = TanggalField(label="Tanggal lahir")
    card = forms.CharField(
        label="Enam angka terakhir nomor Kartu Keluarga",
        help_text="Nomornya ada di bagian atas Kartu Keluarga.",
        min_length=CARD_DIGITS,
        max_length=CARD_DIGITS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"min_length": "Tulis keenam angkanya."},
    )


class CodeForm(Form):
    code = forms.CharField(
        label="Kode dari loket",
        help_text="8 huruf dan angka, misalnya 7KQ4-M2XP. Huruf besar atau kecil sama saja.",
        max_length=20,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )


class CloseForm(Form):
    password = forms.CharField(
        label="Kata sandi petugas",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
