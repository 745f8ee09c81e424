"""What the kinds share that are made of several inputs, and those that name people."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from services.questions.conditions import Answer
from services.questions.kind import Facts, FieldSpec, House, Kind, S, Typed


class GroupWidget(forms.Widget):
    """One question made of several inputs, named ``key`` or ``key-…``."""

    use_fieldset = True
    on_one_page = False  # the form is sent at once: nobody comes back to it for more rows

    def __init__(self, spec: FieldSpec, house: House) -> None:
        super().__init__()
        self.spec, self.house = spec, house

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_0" if id_ else id_

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        return {key: str(data[key]) for key in data if key == name or key.startswith(f"{name}-")}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["typed"] = value or {}
        context["spec"] = self.spec
        context["on_one_page"] = self.on_one_page
        return context


class GroupKind(Kind[S]):
    """Several inputs; ``widget`` draws them."""

    reports = False
    widget: type[GroupWidget]

    def initial(self, spec: S, typed: Typed, applicant: Facts) -> Any:
        key = spec.key
        return {k: v for k, v in typed.items() if k == key or k.startswith(f"{key}-")}

    def field(self, spec: S, house: House, **common: Any) -> forms.Field:
        return forms.Field(widget=self.widget(spec, house), **common)

    def fact(self, spec: S, answer: Answer) -> None:
        return None


OTHER_NAME = "_nama_lain"  # the register has this NIK under another name


def with_relation(facts: Mapping[str, str], pattern: str) -> str:
    """A member's name, with the relation to the head where the register knows it."""
    relation = facts["hubungan_keluarga"]
    return pattern % (facts["nama"], gettext(relation).lower()) if relation else facts["nama"]
