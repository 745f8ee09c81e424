"""What the kinds share whose answer is a number."""

from datetime import date
from decimal import Decimal
from typing import TypeVar

from services.questions.conditions import Answer
from services.questions.kind import Bounded, CellKind

B = TypeVar("B", bound=Bounded)


class Numeric(CellKind[B]):
    family = "numeric"
    has_order = True
    is_numeric = True

    def bounds(self, spec: B) -> tuple[int | None, int | None] | None:
        return spec.min, spec.max

    def fact(self, spec: B, answer: Answer) -> Decimal | date | str | None:
        return Decimal(str(answer))
