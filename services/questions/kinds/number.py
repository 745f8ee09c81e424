"""A number, with a unit and up to two decimals."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from django import forms
from django.utils.translation import gettext
from pydantic import Field

from services.questions.conditions import Answer
from services.questions.editor import Slot, bounds
from services.questions.kind import Bounded, House, Sampling, kinds
from services.questions.numeric import Numeric
from services.questions.reading import decimal, plain, within


class NumberSpec(Bounded):
    type: Literal["number"]
    unit: str = Field("", max_length=12)  # shown behind it: "m²", "orang"
    decimals: int = Field(0, ge=0, le=2)


class NumberKind(Numeric[NumberSpec]):
    """The answer is the number as text, a point before decimals."""

    name = "number"
    label = "Angka"
    column_label = "Angka"
    spec = NumberSpec
    from_register = True
    settings = {"unit": "satuan", "decimals": "angka di belakang koma"}

    def read(self, spec: NumberSpec, text: str, house: House) -> Answer:
        number = decimal(spec.label, text, unit=spec.unit, decimals=spec.decimals)
        within(spec.label, number, (spec.min, str(spec.min)), (spec.max, str(spec.max)))
        return plain(number)

    def read_cell(self, label: str, text: str) -> Answer:
        return plain(decimal(label, text, decimals=2))

    def words(self, spec: NumberSpec, answer: Answer, language: str = "id") -> str:
        unit = spec.unit if language == "id" else gettext(spec.unit)
        return f"{self.cell_words(answer, language)} {unit}".strip()

    def on_form(self, spec: NumberSpec, answer: Answer) -> str:
        return self.cell_words(answer)

    def cell_words(self, answer: Answer, language: str = "id") -> str:
        return str(answer) if language == "en" else str(answer).replace(".", ",")

    def typed(self, answer: Answer) -> str:
        return str(answer).replace(".", ",")

    def field(self, spec: NumberSpec, house: House, **common: Any) -> forms.Field:
        mode = "decimal" if spec.decimals else "numeric"
        field = forms.CharField(widget=forms.TextInput(attrs={"inputmode": mode}), **common)
        field.suffix = gettext(spec.unit)  # type: ignore[attr-defined]
        return field

    def unit(self, spec: NumberSpec) -> str | None:
        return spec.unit

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        return [
            *bounds("nilai"),
            Slot("unit", "Satuan", "line", "Misalnya m² atau orang.", limit=12),
            Slot("decimals", "Angka di belakang koma", "int", low=0, high=2),
        ]

    def sample(self, spec: NumberSpec, sampling: Sampling) -> Answer:
        low = spec.min if spec.min is not None else 0
        high = spec.max if spec.max is not None else low + 10
        return str(min(max(low, 3), high))

    def cell_sample(self, key: str, label: str, row: int, today: date) -> Answer:
        return str(row + 1)


kinds.add("number", NumberKind(), order=30)
