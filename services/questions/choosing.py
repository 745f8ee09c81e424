"""What the kinds share whose answer is one of several values."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from pydantic import ValidationError

from kernel.errors import RuleBroken
from services.questions.choices import in_language
from services.questions.conditions import Answer
from services.questions.kind import House, Kind, S, Sampling
from ui.language import reads_in

FEW = 7  # values that are shown as radio buttons; more as a list to open


class OneOf(Kind[S]):
    """The answer is the key of an option."""

    def read(self, spec: S, text: str, house: House) -> Answer:
        if text not in {value for value, _ in self.options(spec)}:
            raise RuleBroken(self.missing(spec))
        return text

    def shown_options(self, spec: S, language: str) -> list[tuple[str, str]]:
        return in_language(self.options(spec), language)

    def missing(self, spec: S) -> str:
        return gettext("Pilih satu jawaban untuk “%(label)s”.") % {"label": spec.label}

    def words(self, spec: S, answer: Answer, language: str = "id") -> str:
        return dict(self.shown_options(spec, language)).get(str(answer), str(answer))

    def field(self, spec: S, house: House, **common: Any) -> forms.Field:
        found = self.shown_options(spec, reads_in())
        if len(found) > FEW:
            return forms.ChoiceField(choices=[("", gettext("Pilih…")), *found], **common)
        return forms.ChoiceField(choices=found, widget=forms.RadioSelect, **common)

    def options_in(self, definition: Mapping[str, Any]) -> set[str] | None:
        try:
            spec = self.spec.model_validate(definition)
        except ValidationError:
            return set()
        return {value for value, _ in self.options(spec)}

    def sample(self, spec: S, sampling: Sampling) -> Answer:
        return self.options(spec)[0][0]
