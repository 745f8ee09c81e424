from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator

from tenants.registry.models import City
from ui.forms import Form, TanggalField


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


class CitiesFilter(Form):
    """Which cities the list shows, and in which order."""

    q = forms.CharField(label="Cari kota", required=False, max_length=100, widget=forms.SearchInput)
    state = forms.ChoiceField(
        label="Keadaan", required=False, choices=[("", "Semua keadaan"), *City.Status.choices]
    )
    sort = forms.ChoiceField(label="Urutkan", required=False)

    def __init__(self, data: Any, *, sorts: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        urut = self.fields["sort"]
        if isinstance(urut, forms.ChoiceField):
            urut.choices = sorts
        self.full_clean()


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
