"""A time of day."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from django import forms
from django.utils.translation import gettext

from kernel.errors import RuleBroken
from services.questions.conditions import Answer, Key
from services.questions.editor import Slot, after
from services.questions.kind import Beside, FieldSpec, House, Kind, Sampling, kinds
from services.questions.reading import comes_after

NEXT_MORNING = "05:00"  # an end up to then belongs to the evening before


class TimeSpec(FieldSpec):
    type: Literal["time"]
    # Later than the answer to this earlier question; up to 05.00 is taken for the next morning.
    after: Key | None = None

    def compared_with(self) -> list[str]:
        return [self.after] if self.after else []


class TimeKind(Kind[TimeSpec]):
    """The answer is ``08:30``."""

    name = "time"
    lasts = False
    label = "Jam"
    spec = TimeSpec
    settings = {"after": "urutan waktu"}

    compares = frozenset({"after"})

    def read(self, spec: TimeSpec, text: str, house: House) -> Answer:
        found = re.fullmatch(r"([01]?\d|2[0-3])[.:]([0-5]\d)", text)
        if found is None:
            raise RuleBroken(
                gettext("“%(label)s” belum terbaca. Tulis seperti 08.30.") % {"label": spec.label}
            )
        return f"{int(found[1]):02d}:{found[2]}"

    def refuse_impossible(self, spec: TimeSpec, answer: Answer, beside: Beside) -> None:
        begin = beside.answers.get(spec.after or "")
        if begin and NEXT_MORNING < str(answer) <= str(begin):
            raise comes_after(spec.label, beside.labels[spec.after or ""])

    def words(self, spec: TimeSpec, answer: Answer, language: str = "id") -> str:
        return str(answer) if language == "en" else str(answer).replace(":", ".")

    def field(self, spec: TimeSpec, house: House, **common: Any) -> forms.Field:
        return forms.CharField(widget=forms.TextInput(attrs={"type": "time"}), **common)

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        return [
            after(before, self.name),
        ]  # fmt: skip

    def sample(self, spec: TimeSpec, sampling: Sampling) -> Answer:
        return "12:30" if spec.after else "09:30"


kinds.add("time", TimeKind(), order=60)
