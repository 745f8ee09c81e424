"""One of the answers that the service itself lists."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from services.questions.choosing import OneOf
from services.questions.conditions import Answer, Key, Line, Strict
from services.questions.editor import Cell, Slot
from services.questions.kind import FieldSpec, kinds, refuse_doubles

OPTION_CELLS = (Cell("key", "", "hidden"), Cell("label", "Pilihan"))


class Option(Strict):
    key: Key
    label: Line


class ChoiceSpec(FieldSpec):
    type: Literal["choice"]
    options: list[Option] = []

    def check(self, at: str) -> None:
        if not self.options:
            raise ValueError(f"{at}: options belong to a choice, and a choice needs them")
        refuse_doubles(at, [option.key for option in self.options])


class ChoiceKind(OneOf[ChoiceSpec]):
    name = "choice"
    label = "Pilihan buatan sendiri"
    spec = ChoiceSpec
    settings = {"options": "pilihan jawaban"}

    def on_form(self, spec: ChoiceSpec, answer: Answer) -> str:
        return str(answer)

    def options(self, spec: ChoiceSpec) -> list[tuple[str, str]]:
        return [(option.key, option.label) for option in spec.options]

    def shown_options(self, spec: ChoiceSpec, language: str) -> list[tuple[str, str]]:
        return self.options(spec)  # translated with the service

    def texts(self, spec: ChoiceSpec) -> dict[str, str]:
        return {f"options.{option.key}.label": option.label for option in spec.options}

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        return [
            Slot("options", "Pilihan jawaban", "rows",
                 "Kosongkan tulisan sebuah baris untuk menghapusnya.", True, cells=OPTION_CELLS,
                 makes_keys=True)
        ]  # fmt: skip


kinds.add("choice", ChoiceKind(), order=70)
