"""One entry of a fixed list: religion, occupation, day of the week."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from services.questions.choices import CODE_LISTS
from services.questions.choosing import OneOf
from services.questions.editor import Slot
from services.questions.kind import FieldSpec, kinds


class ListSpec(FieldSpec):
    type: Literal["list"]
    code_list: str = ""

    def check(self, at: str) -> None:
        if not self.code_list:
            raise ValueError(f"{at}: 'code_list' belongs to a list field, and it needs one")
        if self.code_list not in CODE_LISTS:
            known = ", ".join(sorted(CODE_LISTS))
            raise ValueError(f"{at}: no code list '{self.code_list}'; known: {known}")


class ListKind(OneOf[ListSpec]):
    name = "list"
    label = "Pilihan dari daftar baku"
    spec = ListSpec
    from_register = True
    has_order = True  # of levels of education
    settings = {"code_list": "daftar baku"}

    def options(self, spec: ListSpec) -> list[tuple[str, str]]:
        return CODE_LISTS[spec.code_list]

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        lists = tuple((name, name.replace("_", " ").capitalize()) for name in sorted(CODE_LISTS))
        return [Slot("code_list", "Daftar baku", "choice", required=True, choices=lists)]


kinds.add("list", ListKind(), order=80)
