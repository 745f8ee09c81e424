"""What heads and desks type of a programme of aid."""

from django import forms

from services.aid.models import Programme
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
