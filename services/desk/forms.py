"""Forms of the desks."""

from collections.abc import Sequence
from typing import Any

from django import forms

from services.web.correcting import MarkingForm
from ui.forms import Form

# What a note with each decision is called, and what is said of it.
NOTES = {
    "approve": ("Catatan untuk perjalanan berkas", ""),
    "return": (
        "Apa yang harus diperbaiki?",
        "Dibaca pemohon. Setelah diperbaiki, berkas kembali ke meja ini.",
    ),
    "refuse": ("Alasan penolakan", "Dibaca pemohon. Permohonan berakhir di sini."),
}


class DecisionForm(Form):
    """What an official says with a decision; whether a reason says enough, the action judges."""

    step = forms.CharField(widget=forms.HiddenInput)
    note = forms.CharField(
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}),
        error_messages={
            "required": "Tulis alasannya dengan jelas, supaya pemohon tahu apa yang harus "
            "dilakukan."
        },
    )

    def __init__(self, act: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"id_%s_{act}", **kwargs)
        note = self.fields["note"]
        note.label, note.help_text = NOTES[act]
        note.required = act != "approve"


class ApproveForm(DecisionForm):
    """An approval, with the list of what is checked at this step."""

    checked = forms.MultipleChoiceField(
        label="Sudah diperiksa", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, checks: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__("approve", *args, **kwargs)
        field = self.fields["checked"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(line, line) for line in checks]
        if not checks:
            del self.fields["checked"]


class ReturnForm(MarkingForm, DecisionForm):
    """Sending an application back: what is wrong with which question or file, or why at all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("return", *args, **kwargs)
        note = self.fields["note"]
        note.required = False
        note.label = "Pesan untuk pemohon"
        note.help_text = (
            "Bila Anda menandai bagian di atas, hanya bagian itu yang bisa diubah pemohon, dan "
            "pesan ini boleh kosong. Tanpa tanda, semuanya bisa diubah."
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.wrong and not given.get("note", "").strip():
            self.add_error(
                "note", "Tandai bagian yang salah, atau tulis apa yang harus dilakukan pemohon."
            )
        return given


class ReplaceForm(Form):
    """Why a letter is replaced; its holder reads it."""

    reason = forms.CharField(
        label="Apa yang salah pada surat lama?",
        help_text="Dibaca pemegang surat.",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}),
        error_messages={"required": "Tulis apa yang salah pada surat yang lama."},
    )


class RevokeForm(Form):
    """Taking a letter back, with a reason its holder reads."""

    letter = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Apa yang salah pada surat ini?",
        help_text="Dibaca pemegang surat. Kode QR-nya lalu menjawab “sudah dicabut”. Nomornya "
        "tetap terpakai. Ini tidak bisa dibatalkan. Bila isinya yang keliru, pilih "
        "“Ganti dengan surat yang benar”.",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}),
        error_messages={
            "required": "Tulis apa yang salah pada surat ini, supaya pemegangnya tahu apa yang "
            "harus dilakukan."
        },
    )

    def __init__(self, letter_id: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args, auto_id=f"id_%s_{letter_id}", initial={"letter": letter_id}, **kwargs
        )
