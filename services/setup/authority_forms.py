"""Forms about decrees that delegate a decision to Camat."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from kernel.numbers import parse_number
from services.catalogue.blueprint import Blueprint
from services.questions.conditions import Condition
from services.questions.kind import kind_of
from tenants.office.models import Unit
from ui.forms import Form, WrittenDateField


class DelegationForm(Form):
    """A decree, for which kecamatan, and up to what the Camat decides."""

    kecamatan = forms.ModelMultipleChoiceField(
        queryset=Unit.objects.none(), label="Untuk kecamatan", required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Kosongkan semua bila berlaku di setiap kecamatan.",
    )  # fmt: skip
    decree = forms.CharField(
        label="Nomor keputusan", max_length=120,
        help_text="Seperti tertulis di keputusan kepala daerah, misalnya Keputusan Wali Kota Nomor "
        "188.45/12/2026.",
    )  # fmt: skip
    decree_on = WrittenDateField(label="Tanggal keputusan")
    since = WrittenDateField(label="Berlaku sejak")
    until = WrittenDateField(label="Sampai", required=False)

    def __init__(self, blueprint: Blueprint, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places: Any = self.fields["kecamatan"]
        places.queryset = Unit.objects.filter(kind=Unit.Kind.KECAMATAN, is_active=True).order_by(
            "code"
        )
        places.label_from_instance = lambda unit: unit.name
        authority = blueprint.authority
        self.measures = [blueprint.field(key) for key in (authority.measures if authority else ())]
        for spec in self.measures:
            options = kind_of(spec).options(spec)
            if options:
                self.fields[f"limit-{spec.key}"] = forms.MultipleChoiceField(
                    label=f"Camat memutuskan bila “{spec.label}”", required=False,
                    choices=options, widget=forms.CheckboxSelectMultiple,
                    help_text="Kosongkan semua bila tidak dibatasi.",
                )  # fmt: skip
            else:
                unit = kind_of(spec).unit(spec) or ""
                self.fields[f"limit-{spec.key}"] = forms.CharField(
                    label=f"Camat memutuskan sampai “{spec.label}” sebesar", required=False,
                    max_length=30, help_text=f"Dalam {unit}. Kosongkan bila tidak dibatasi."
                    if unit else "Kosongkan bila tidak dibatasi.",
                )  # fmt: skip

    def limit_fields(self) -> list[BoundField]:
        return [self[f"limit-{spec.key}"] for spec in self.measures]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for spec in self.measures:
            typed, name = given.get(f"limit-{spec.key}"), f"limit-{spec.key}"
            if not isinstance(typed, str) or not typed:
                continue
            number = parse_number(typed, unit=kind_of(spec).unit(spec) or "")
            if number is None or number < 0:
                self.add_error(name, "Tulis angkanya, misalnya 6 atau 12,5.")
            else:
                given[name] = number
        return given

    def limits(self) -> list[Condition]:
        """The limits, of a form that is valid."""
        found = []
        for spec in self.measures:
            typed = self.cleaned_data[f"limit-{spec.key}"]
            if isinstance(typed, list):
                if typed:
                    found.append(Condition(field=spec.key, op="in", value=typed))
            elif typed != "":
                found.append(Condition(field=spec.key, op="<=", value=str(typed)))
        return found

    def told(self) -> dict[str, Any]:
        """What else the action asks for."""
        names = ("kecamatan", "decree", "decree_on", "since", "until")
        return {name: self.cleaned_data[name] or None for name in names} | {
            "kecamatan": list(self.cleaned_data["kecamatan"])
        }


class EndForm(Form):
    """The last day of a decree."""

    until = WrittenDateField(
        label="Berlaku sampai", required=False,
        help_text="Hari terakhirnya. Kosongkan bila belum ada hari terakhir.",
    )  # fmt: skip
