from typing import Any

from django import forms

from tenants.support.actions import HOURS
from ui.forms import Form


def _hours(most: int) -> list[tuple[int, str]]:
    fitting = [hours for hours in HOURS if hours <= most]
    if most not in fitting:
        fitting.append(most)
    return [(hours, f"{hours} jam") for hours in fitting]


class AskForm(Form):
    reason = forms.CharField(
        label="Alasan",
        max_length=300,
        help_text="Admin kota membacanya. Sebutkan masalah yang ingin Anda lihat.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    hours = forms.TypedChoiceField(label="Lama", coerce=int, choices=_hours(72), initial=4)


class GrantForm(Form):
    hours = forms.TypedChoiceField(label="Izinkan selama", coerce=int)

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["hours"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = _hours(most)
        field.initial = most


class MessageForm(Form):
    text = forms.CharField(
        label="Pesan",
        max_length=4000,
        help_text="Jangan menulis NIK, nomor KK, atau data warga. Nomor permohonan boleh.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class QuestionForm(MessageForm):
    subject = forms.CharField(label="Pokok pertanyaan", max_length=120)
    field_order = ["subject", "text"]
