"""What a head of an RT types on the pages of the neighbourhood's life."""

from django import forms

from services.web.announcing import UnitForm


class ContactForm(UnitForm):
    name = forms.CharField(
        label="Nama", max_length=80, help_text="Misalnya: Puskesmas, Babinsa, PLN, Ketua RW."
    )
    phone = forms.RegexField(
        r"^\+?[0-9][0-9 ()-]{1,18}$", label="Nomor telepon", max_length=20,
        error_messages={"invalid": "Tulis angka saja, misalnya 0812 3456 7890 atau 123."},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    note = forms.CharField(
        label="Keterangan", max_length=120, required=False,
        help_text="Misalnya: buka 24 jam.",
    )  # fmt: skip
    is_own = forms.BooleanField(
        label="Ini nomor saya sendiri", required=False,
        help_text="Tidak ditampilkan lagi setelah masa jabatan Anda berakhir.",
    )  # fmt: skip
