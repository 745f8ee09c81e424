"""What heads type on the pages of aid lists."""

from django import forms

from services.aid.models import Candidate
from services.web.aid_forms import ProgrammeForm
from services.web.announcing import UnitForm
from ui.forms import Form


class OwnProgrammeForm(UnitForm, ProgrammeForm):
    """A programme of one of the own units."""


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
