"""Forms of the desks."""

from collections.abc import Sequence
from typing import Any

from django import forms

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
    about = forms.ChoiceField(
        label="Bagian mana?", required=False, help_text="Pemohon langsung dibawa ke bagian itu."
    )
    note = forms.CharField(
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}),
        error_messages={
            "required": "Tulis alasannya dengan jelas, supaya pemohon tahu apa yang harus "
            "dilakukan."
        },
    )

    def __init__(
        self, act: str, *args: Any, correctable: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, auto_id=f"id_%s_{act}", **kwargs)
        note, about = self.fields["note"], self.fields["about"]
        note.label, note.help_text = NOTES[act]
        note.required = act != "approve"
        if act == "return" and correctable and isinstance(about, forms.ChoiceField):
            about.choices = [("", "Lebih dari satu, atau yang lain"), *correctable]
        else:
            del self.fields["about"]


class RevokeForm(Form):
    """Taking a letter back, with a reason its holder reads."""

    letter = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Apa yang salah pada surat ini?",
        help_text="Dibaca pemegang surat. Kode QR-nya lalu menjawab “sudah dicabut”. Nomornya "
        "tetap terpakai. Ini tidak bisa dibatalkan: surat pengganti lewat permohonan baru.",
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
