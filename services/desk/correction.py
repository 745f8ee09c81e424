"""Correcting what the register knows of one person: a field for each fact, before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from services.desk.basis_forms import BasisForm
from services.residents import happenings
from services.residents.fields import FIELDS, Field, Shape, value_of
from services.residents.happenings import Basis
from services.residents.models import Person, PersonEvent
from ui.forms import NikField, WrittenDateField

_NOT_HERE = {"status", "household", "latitude", "longitude"}  # acts of their own, or the map
_NEEDED = {"name", "sex", "birth_place", "birth_date"}


@dataclass(frozen=True, slots=True)
class Changed:
    label: str
    before: str
    after: str


class CorrectionForm(BasisForm):
    """``specific`` asks for what the law calls specific data, and for nothing else."""

    title, done = "Perbaiki data", "Perbaikan tercatat."
    happened = ""
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)
    # The newest event when the form was shown: what others changed since is not put back.
    newest = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, person: Person, specific: bool, *args: Any, **kwargs: Any) -> None:
        self.person = person
        self.asked = {
            name: field
            for name, field in FIELDS.items()
            if field.specific == specific and name not in _NOT_HERE
        }
        super().__init__(*args, **kwargs)
        for name, field in self.asked.items():
            self.fields[name] = _input(field, person)
        events = PersonEvent.objects.filter(person=person).order_by("-pk")
        self.fields["newest"].initial = events.values_list("pk", flat=True).first() or 0
        self.order_fields([*self.asked, *(name for name in self.fields if name not in self.asked)])

    def clean(self) -> dict[str, Any]:
        """Refuses the form once when a colleague changed one of its facts meanwhile, and shows
        what is known now in its place."""
        cleaned: dict[str, Any] = super().clean() or {}
        shown, newest = cleaned.get("newest") or 0, self.fields["newest"].initial
        if shown == newest:
            return cleaned
        since = PersonEvent.objects.filter(person=self.person, pk__gt=shown)
        changed = {name for event in since for name in event.all_changes} & self.asked.keys()
        typed: dict[str, Any] = {**self.data, "newest": newest}
        for name in changed:
            typed[name] = self.get_initial_for_field(self.fields[name], name) or ""
        self.data = typed
        if changed:
            labels = ", ".join(sorted(FIELDS[name].label for name in changed))
            self.add_error(
                None,
                f"Baru saja diubah petugas lain: {labels}. Yang terbaru sudah tertulis di bawah; "
                "isian Anda yang lain tetap. Periksa, lalu simpan lagi.",
            )
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What was typed; a number that was left empty stays."""
        return {
            name: self.cleaned_data[name]
            for name, field in self.asked.items()
            if field.shape is not Shape.NUMBER or self.cleaned_data[name]
        }

    def changes(self) -> list[Changed]:
        found = []
        for name, value in self.facts().items():
            field = FIELDS[name]
            before = value_of(self.person, field)
            if field.to_json(before) != field.to_json(value):
                words = (field.words(before) or "–", field.words(value) or "–")
                found.append(Changed(field.label, *words))
        return found

    def act(self, basis: Basis) -> None:
        """Raises RuleBroken."""
        happenings.correct(person_id=self.person.pk, facts=self.facts(), basis=basis)


def _input(field: Field, person: Person) -> forms.Field:
    """The input for one fact, with what is known now."""
    known = value_of(person, field)
    settings: Mapping[str, Any] = {"label": field.label, "required": field.name in _NEEDED}
    match field.shape:
        case Shape.NUMBER:
            return NikField(**settings, help_text="Kosongkan bila tidak berubah.")
        case Shape.DAY:
            return WrittenDateField(
                **settings, initial=f"{known:%d-%m-%Y}" if known else "", help_text=""
            )
        case Shape.CODE:
            choices = [*(field.choices or {}).items()]
            offered = choices if settings["required"] else [("", "Belum diketahui"), *choices]
            return forms.TypedChoiceField(
                **settings, choices=offered, coerce=int, empty_value=None, initial=known
            )
        case Shape.YES_NO:
            return forms.TypedChoiceField(
                **settings, choices=[("", "Belum diketahui"), ("1", "Ya"), ("0", "Tidak")],
                coerce=lambda typed: typed == "1", empty_value=None,
                initial={None: "", True: "1", False: "0"}[known],
            )  # fmt: skip
        case _:
            longest = Person._meta.get_field(field.name).max_length  # type: ignore[union-attr]
            return forms.CharField(**settings, max_length=longest, initial=known)
