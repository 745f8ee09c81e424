"""What is typed on the pages of aid lists, by heads and at the desk."""

from django import forms

from services.aid.models import Candidate, Programme
from ui.forms import Form


class ProgrammeForm(Form):
    name = forms.CharField(
        label="Nama program", max_length=100, help_text="Misalnya: Paket sembako akhir tahun."
    )
    kind = forms.ChoiceField(
        label="Jenis bantuan", choices=Programme.Kind.choices, widget=forms.RadioSelect
    )
    period = forms.CharField(
        label="Untuk masa apa", max_length=60, help_text="Misalnya: Desember 2026."
    )
    quota = forms.IntegerField(label="Untuk berapa orang", min_value=1, max_value=100_000)
    criteria = forms.CharField(
        label="Syaratnya", max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class ProposeForm(Form):
    reason = forms.ChoiceField(
        label="Alasan", choices=Candidate.Reason.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label="Keadaannya", max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Misalnya: tinggal sendiri, anaknya di luar kota, makan dibantu tetangga.",
    )  # fmt: skip
    accepted = forms.BooleanField(label="Tetap usulkan", required=False)


class TellForm(Form):
    words = forms.CharField(
        label="Jawaban Anda", max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )
