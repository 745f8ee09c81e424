"""Words: one line, or several."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from django import forms
from django.utils.translation import gettext, gettext_noop

from kernel.errors import RuleBroken
from kernel.text import digits, line
from services.questions import samples
from services.questions.conditions import Answer
from services.questions.editor import Choices, Slot, bounds
from services.questions.kind import Bounded, CellKind, House, Kind, Sampling, kinds
from services.questions.reading import LINE, bounded_text, printable, short

# Pattern, what it is made of, and an example.
FORMATS: dict[str, tuple[str, str, str]] = {
    "nib": (r"\d{13}", gettext_noop("13 angka"), "1234567890123"),
    "npwp": (r"\d{15,16}", gettext_noop("15 atau 16 angka"), "0123456789012345"),
    "nop": (r"\d{18}", gettext_noop("18 angka"), "647403000100012340"),
    "telepon": (
        r"(\+62|0)\d{8,13}",
        gettext_noop("nomor telepon, misalnya 0812 3456 7890"),
        "081234567890",
    ),
    "nopol": (
        r"[A-Z]{1,2}\d{1,4}[A-Z]{0,3}",
        gettext_noop("nomor polisi, misalnya KT 1234 AB"),
        "KT1234AB",
    ),
}
FORMAT_CHOICES: Choices = (
    ("", "Bebas"),
    ("nib", "NIB"),
    ("npwp", "NPWP"),
    ("nop", "NOP (pajak bumi dan bangunan)"),
    ("telepon", "Nomor telepon"),
    ("nopol", "Nomor polisi kendaraan"),
)
PARAGRAPHS = 2000  # letters


class TextSpec(Bounded):
    type: Literal["text"]
    format: Literal["", "nib", "npwp", "nop", "telepon", "nopol"] = ""


class TextareaSpec(Bounded):
    type: Literal["textarea"]


class TextKind(CellKind[TextSpec]):
    name = "text"
    label = "Jawaban pendek"
    column_label = "Tulisan"
    spec = TextSpec
    family = "written"
    from_register = True
    settings = {"format": "bentuk isian"}

    def read(self, spec: TextSpec, text: str, house: House) -> Answer:
        text = line(printable(spec.label, text))
        if spec.format:
            pattern, made_of, _ = FORMATS[spec.format]
            text = digits(text.upper()).replace("/", "")
            if not re.fullmatch(pattern, text):
                raise RuleBroken(
                    gettext("“%(label)s” terdiri dari %(what)s.")
                    % {"label": spec.label, "what": gettext(made_of)}
                )
        return bounded_text(spec.label, text, spec.min, LINE if spec.max is None else spec.max)

    def read_cell(self, label: str, text: str) -> Answer:
        return short(label, line(text))

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        return [Slot("format", "Bentuk", "choice", choices=FORMAT_CHOICES), *bounds("huruf")]

    def sample(self, spec: TextSpec, sampling: Sampling) -> Answer:
        return FORMATS[spec.format][2] if spec.format else samples.words_for(spec, spec.max)

    def cell_sample(self, key: str, label: str, row: int, today: date) -> Answer:
        return samples.cell_for(key, label, row)


class TextareaKind(Kind[TextareaSpec]):
    name = "textarea"
    label = "Jawaban panjang"
    spec = TextareaSpec
    family = "written"
    from_register = True

    def read(self, spec: TextareaSpec, text: str, house: House) -> Answer:
        most = PARAGRAPHS if spec.max is None else spec.max
        return bounded_text(spec.label, printable(spec.label, text), spec.min, most)

    def field(self, spec: TextareaSpec, house: House, **common: Any) -> forms.Field:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **common)

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        return list(bounds("huruf"))

    def sample(self, spec: TextareaSpec, sampling: Sampling) -> Answer:
        return samples.words_for(spec, spec.max)


kinds.add("text", TextKind(), order=10)
kinds.add("textarea", TextareaKind(), order=20)
