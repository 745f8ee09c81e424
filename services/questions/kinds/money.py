"""An amount of money in whole rupiah."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django import forms

from kernel.rupiah import format_rupiah, parse_rupiah
from services.questions.conditions import Answer
from services.questions.editor import Slot, bounds
from services.questions.kind import Bounded, House, Sampling, kinds
from services.questions.numeric import Numeric
from services.questions.reading import within
from ui.language import reads_in


class RupiahSpec(Bounded):
    type: Literal["rupiah"]


class RupiahKind(Numeric[RupiahSpec]):
    """The answer is an int."""

    name = "rupiah"
    label = "Jumlah uang"
    column_label = "Jumlah uang"
    spec = RupiahSpec

    def read(self, spec: RupiahSpec, text: str, house: House) -> Answer:
        amount = parse_rupiah(text)

        def said(limit: int | None) -> tuple[int | None, str]:
            return limit, "" if limit is None else format_rupiah(limit, reads_in())

        within(spec.label, amount, said(spec.min), said(spec.max))
        return amount

    def read_cell(self, label: str, text: str) -> Answer:
        return parse_rupiah(text)

    def words(self, spec: RupiahSpec, answer: Answer, language: str = "id") -> str:
        return self.cell_words(answer, language)

    def cell_words(self, answer: Answer, language: str = "id") -> str:
        return format_rupiah(int(str(answer)), language)

    def in_words(self, amount: Decimal) -> str:
        words = super().in_words(amount)
        return f"{words} rupiah" if words else ""

    def typed(self, answer: Answer) -> str:
        return f"{answer:,}".replace(",", ".") if isinstance(answer, int) else str(answer)

    def field(self, spec: RupiahSpec, house: House, **common: Any) -> forms.Field:
        field = forms.CharField(widget=forms.TextInput(attrs={"inputmode": "numeric"}), **common)
        field.prefix = "Rp"  # type: ignore[attr-defined]
        return field

    def unit(self, spec: RupiahSpec) -> str | None:
        return ""

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        return list(bounds("nilai"))

    def sample(self, spec: RupiahSpec, sampling: Sampling) -> Answer:
        return min(1_450_000, spec.max or 1_450_000)

    def cell_sample(self, key: str, label: str, row: int, today: date) -> Answer:
        return 250_000 * (row + 1)


kinds.add("rupiah", RupiahKind(), order=40)
