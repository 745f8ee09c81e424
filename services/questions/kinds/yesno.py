"""Yes or no."""

from typing import Literal

from services.questions.choices import YES_OR_NO
from services.questions.choosing import OneOf
from services.questions.conditions import Answer
from services.questions.kind import FieldSpec, kinds


class YesNoSpec(FieldSpec):
    type: Literal["yesno"]


class YesNoKind(OneOf[YesNoSpec]):
    name = "yesno"
    label = "Ya atau tidak"
    spec = YesNoSpec

    def on_form(self, spec: YesNoSpec, answer: Answer) -> str:
        return str(answer)

    def options(self, spec: YesNoSpec) -> list[tuple[str, str]]:
        return YES_OR_NO


kinds.add("yesno", YesNoKind(), order=90)
