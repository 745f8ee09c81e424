"""Marking what is wrong in an application, question by question and file by file: the inputs that
desks share with the heads who vouch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField

from services.applications.corrections import Wrong
from services.applications.models import Correction
from ui.forms import Form


@dataclass(frozen=True, slots=True)
class Part:
    """The inputs about one question or file."""

    fault: BoundField
    why: BoundField
    tick: BoundField | None  # where a part is ticked first
    said: str  # what is answered there now


class MarkingForm(Form):
    """``correctable`` are key and label of what may be marked, ``said`` the answers by key."""

    ticks: ClassVar[bool] = False  # a part is ticked before it is asked what is wrong with it

    def __init__(
        self, *args: Any, correctable: Sequence[tuple[str, str]] = (),
        said: Mapping[str, str] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.keys = [key for key, _ in correctable]
        self.said = said or {}
        for key, label in correctable:
            self._offer(key, label)

    def _offer(self, key: str, label: str) -> None:
        faults = list(Correction.Fault.choices)
        asked = label
        if self.ticks:
            self.fields[f"wrong-{key}"] = forms.BooleanField(label=label, required=False)
            asked = f"Apa yang salah pada “{label.rstrip('?:. ')}”?"
        else:
            faults.insert(0, ("", "Sudah benar"))
        self.fields[f"fault-{key}"] = forms.ChoiceField(label=asked, required=False, choices=faults)
        self.fields[f"why-{key}"] = forms.CharField(
            label=f"Keterangan tentang {label}",
            required=False,
            max_length=300,
            widget=forms.TextInput(
                attrs={"class": "in", "placeholder": "Keterangan", "maxlength": 300}
            ),
        )

    def rows(self) -> list[Part]:
        """What may be wrong, a question or file each."""
        return [
            Part(
                self[f"fault-{key}"],
                self[f"why-{key}"],
                self[f"wrong-{key}"] if self.ticks else None,
                self.said.get(key, ""),
            )
            for key in self.keys
        ]

    def _is_marked(self, given: Mapping[str, Any], key: str) -> bool:
        return bool(given.get(f"wrong-{key}" if self.ticks else f"fault-{key}"))

    @property
    def wrong(self) -> list[Wrong]:
        """What was marked as wrong, of what was typed rightly."""
        given = self.cleaned_data
        return [
            Wrong(
                key,
                given.get(f"fault-{key}") or Correction.Fault.WRONG,
                given.get(f"why-{key}", ""),
            )
            for key in self.keys
            if self._is_marked(given, key)
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for key in self.keys:
            if given.get(f"why-{key}") and not self._is_marked(given, key):
                self.add_error(
                    f"wrong-{key}" if self.ticks else f"fault-{key}",
                    "Centang bagian ini, atau kosongkan keterangannya."
                    if self.ticks
                    else "Pilih apa yang salah di sini, atau kosongkan keterangannya.",
                )
        return given
