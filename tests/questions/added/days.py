"""A kind of question: several days of the week, ticked."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from kernel.errors import RuleBroken
from kernel.tanggal import DAYS
from services.questions.conditions import Answer
from services.questions.editor import Slot
from services.questions.groups import GroupKind, GroupWidget
from services.questions.kind import FieldSpec, House, Sampling, Typed, kinds


class DaysSpec(FieldSpec):
    type: Literal["days"]
    most: int = Field(7, ge=1, le=7)


class DaysWidget(GroupWidget):
    template_name = "questions/days.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["days"] = [
            (f"{name}-{number}", day, f"{name}-{number}" in (value or {}))
            for number, day in enumerate(DAYS, start=1)
        ]
        return context


class DaysKind(GroupKind[DaysSpec]):
    """The answer is the numbers of the days, Monday 1: ``1,3``."""

    name = "days"
    label = "Hari-hari dalam seminggu"
    spec = DaysSpec
    widget = DaysWidget
    settings = {"most": "banyaknya hari"}

    def parse(self, spec: DaysSpec, typed: Typed, house: House) -> Answer:
        chosen = [n for n in range(1, 8) if typed.get(f"{spec.key}-{n}")]
        if len(chosen) > spec.most:
            raise RuleBroken(f"“{spec.label}”: paling banyak {spec.most} hari.")
        return ",".join(map(str, chosen)) or None

    def words(self, spec: DaysSpec, answer: Answer, language: str = "id") -> str:
        return ", ".join(DAYS[int(n) - 1] for n in str(answer).split(","))

    def as_typed(self, spec: DaysSpec, answer: Answer) -> dict[str, str]:
        return {f"{spec.key}-{n}": "1" for n in str(answer).split(",")}

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        return [Slot("most", "Paling banyak (hari)", "int", required=True, low=1, high=7)]

    def sample(self, spec: DaysSpec, sampling: Sampling) -> Answer:
        return "1,3"[: spec.most * 2 - 1]


kinds.add("days", DaysKind(), order=500)
