"""What the kinds share whose answer is a number."""

from datetime import date
from decimal import Decimal
from typing import TypeVar

from kernel.rupiah import number_in_words
from services.questions.conditions import Answer
from services.questions.kind import Bounded, CellKind

B = TypeVar("B", bound=Bounded)
IN_WORDS = "terbilang"  # ``{jumlah.terbilang}`` in a letter


class Numeric(CellKind[B]):
    family = "numeric"
    has_order = True
    is_numeric = True

    def in_words(self, amount: Decimal) -> str:
        """Terbilang; "" of what is not whole, or too much to be written out."""
        if amount != int(amount) or abs(amount) >= 10**15:
            return ""
        return number_in_words(int(amount))

    def facts(self, spec: B) -> frozenset[str]:
        return frozenset({IN_WORDS})

    def placeholders(self, spec: B, answer: Answer) -> dict[str, str]:
        words = "" if answer in (None, "") else self.in_words(Decimal(str(answer)))
        return {**super().placeholders(spec, answer), f"{spec.key}.{IN_WORDS}": words}

    def bounds(self, spec: B) -> tuple[int | None, int | None] | None:
        return spec.min, spec.max

    def fact(self, spec: B, answer: Answer) -> Decimal | date | str | None:
        return Decimal(str(answer))
