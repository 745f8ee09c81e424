"""What a head who vouches says of a request."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from services.cases.answers import LEAST, OTHER, QUESTIONS, REFUSALS, Answer
from services.web.correcting import MarkingForm
from ui.forms import Form


class VouchForm(Form):
    """Yes, with words for whoever decides next, if any."""

    note = forms.CharField(
        label="Catatan Anda",
        required=False,
        max_length=1000,
        help_text="Dibaca pemohon dan kantor berikutnya. Misalnya: tinggal di sini sejak 2019.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AnswerForm(Form):
    """A ready reason, own words, or both."""

    ready: ClassVar[Mapping[str, Answer]]
    missing: ClassVar[str]

    reason = forms.ChoiceField(label="Alasan", widget=forms.RadioSelect)
    note = forms.CharField(
        label="Keterangan",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = [(key, answer.label) for key, answer in self.ready.items()]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("reason") == OTHER and len(data.get("note", "").strip()) < LEAST:
            self.add_error("note", self.missing)
        return data


class RefuseForm(AnswerForm):
    """It does not fit."""

    ready = REFUSALS
    missing = "Tulis alasannya, supaya pemohon tahu apa yang harus dilakukan."

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "note"
        ].help_text = (
            "Misalnya: sudah pindah ke RT 07 sejak Januari. Wajib diisi untuk alasan lain."
        )


class AskForm(MarkingForm, AnswerForm):
    """Something has to be known or corrected first: a question, what is wrong, or both."""

    ready = QUESTIONS
    missing = "Tulis pertanyaannya, supaya pemohon bisa menjawab."
    ticks = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "Pertanyaan"
        self.fields["reason"].required = False
        self.fields[
            "note"
        ].help_text = (
            "Misalnya: siapa nama anak yang minta beasiswa? Wajib diisi untuk pertanyaan lain."
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not given.get("reason") and not self.wrong and not self.errors:
            self.add_error("reason", "Pilih pertanyaannya, atau centang bagian yang salah.")
        return given


class SeveralForm(Form):
    """Which of those who wait are residents here."""

    step = forms.MultipleChoiceField(
        label="Yang benar warga Anda",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Belum ada yang dicentang. Centang dulu satu nama atau lebih."},
    )

    def __init__(self, *args: object, waiting: Sequence[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        step = self.fields["step"]
        assert isinstance(step, forms.ChoiceField)
        step.choices = waiting
