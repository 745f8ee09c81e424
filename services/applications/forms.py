"""A service's questions as a Django form. What is right or wrong is decided in the catalogue."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from kernel.clock import now
from kernel.nik import mask
from services.applications import documents
from services.applications.house import house_of
from services.applications.maps import tiles
from services.applications.models import Application
from services.cases.models import Document
from services.catalogue import answers as answering
from services.catalogue.blueprint import Blueprint, Condition, DocumentSpec, FieldSpec
from services.catalogue.choices import OUTSIDE_FACTS, shown_options
from services.residents import codes
from tenants.registry import regions
from tenants.registry.current import city
from ui.language import reads_in


class GroupWidget(forms.Widget):
    """One question made of several inputs; their names are those ``answers`` reads."""

    use_fieldset = True

    def __init__(self, spec: FieldSpec, house: answering.House) -> None:
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
        return context


def _with_relation(facts: answering.Facts, pattern: str) -> str:
    """A member's name, with the relation to the head where the register knows it."""
    relation = facts["hubungan_keluarga"]
    return pattern % (facts["nama"], gettext(relation).lower()) if relation else facts["nama"]


class PersonWidget(GroupWidget):
    """Somebody of the own household from a list, or anybody by NIK and name."""

    template_name = "portal/widgets/person.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed = value or {}
        context["members"] = [
            (pk, _with_relation(facts, "%s (%s)")) for pk, facts in self.house.members.items()
        ]
        context["chosen"] = typed.get(f"{name}-anggota", "")
        first = ("nama", "nik")
        context["inputs"] = [
            {
                "name": f"{name}-{key}",
                "label": gettext(label),
                "value": typed.get(f"{name}-{key}", ""),
                "type": "date" if key == "tanggal_lahir" else "text",
                "numeric": key == "nik",
                "extra": key not in first,
                "choices": [label for _, label in codes.Sex.choices]
                if key == "jenis_kelamin"
                else [label for _, label in codes.Religion.choices]
                if key == "agama"
                else [],
            }
            for key, label in OUTSIDE_FACTS
            if self.spec.outside or key in first
        ]
        return context


class MembersWidget(GroupWidget):
    """Tick the members of the own household who belong to the request."""

    template_name = "portal/widgets/members.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["members"] = [
            {
                "name": f"{name}-{pk}",
                "label": _with_relation(facts, "%s, %s"),
                "hint": mask(facts["nik"]),
                "checked": bool((value or {}).get(f"{name}-{pk}")),
            }
            for pk, facts in self.house.members.items()
        ]
        return context


class TableWidget(GroupWidget):
    """A few rows to type into; always some empty ones at the end."""

    template_name = "portal/widgets/table.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed: dict[str, str] = value or {}
        most = self.spec.max or answering.MAX_ROWS
        filled = [row for row in range(most) if _row_typed(typed, f"{name}-{row}-")]
        count = min(most, max([number + 1 for number in filled], default=0) + 2)
        context["columns"] = self.spec.columns
        context["rows"] = [
            [
                {
                    "name": f"{name}-{row}-{column.key}",
                    "label": gettext("%(column)s, baris %(row)s")
                    % {"column": column.label, "row": row + 1},
                    "column": column.label,
                    "value": typed.get(f"{name}-{row}-{column.key}", ""),
                    "type": "date" if column.type == "date" else "text",
                    "numeric": column.type in ("number", "rupiah"),
                }
                for column in self.spec.columns
            ]
            for row in range(max(count, min(most, self.spec.min or 2)))
        ]
        return context


def _row_typed(typed: Mapping[str, str], prefix: str) -> bool:
    return any(text and key.startswith(prefix) for key, text in typed.items())


class PlaceWidget(GroupWidget):
    """An address in words, with the point on the map when the phone knows it."""

    template_name = "portal/widgets/place.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed = value or {}
        context |= {"address": typed.get(name, "")}
        context |= {"latitude": typed.get(f"{name}-lintang", "")}
        context |= {"longitude": typed.get(f"{name}-bujur", "")}
        north, east = map(str, regions.middle(city().code))
        context |= {"tiles": tiles(), "north": north, "east": east}
        return context


_GROUPS: dict[str, type[GroupWidget]] = {
    "person": PersonWidget,
    "members": MembersWidget,
    "table": TableWidget,
    "place": PlaceWidget,
}


class AnswersForm(forms.Form):
    """Renders; ``problems`` come from ``actions.save_answers`` and are shown beside the fields."""

    def __init__(
        self,
        blueprint: Blueprint,
        *,
        house: answering.House,
        typed: Mapping[str, str],
        kept: Mapping[str, Document],
        problems: Mapping[str, str] | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        super().__init__(data=None, label_suffix="")
        self.blueprint = blueprint
        for spec in blueprint.fields:
            if only is not None and spec.key not in only:
                continue
            self.fields[spec.key] = _field(spec, house)
            self.initial[spec.key] = (
                {k: v for k, v in typed.items() if k == spec.key or k.startswith(f"{spec.key}-")}
                if spec.type in _GROUPS
                else typed.get(spec.key) or house.applicant.get(spec.register_fact or "", "")
            )
        wanted = [
            document
            for document in blueprint.documents
            if not (document.unless_known and house.applicant.get(document.unless_known))
            and (only is None or document.key in only)
        ]
        for document in wanted:
            self.fields[document.key] = forms.FileField(
                label=document.label,
                help_text=document.help,
                required=document.required and document.key not in kept,
                widget=forms.FileInput(
                    attrs={
                        "accept": ".pdf,.jpg,.jpeg,.png,.heic,image/*",
                        "data-limit": documents.MAX_BYTES,
                        "data-shrinks": "1",
                    }
                ),
            )
        self.kept = dict(kept)
        self.documents = [document.key for document in wanted]
        self._problems = dict(problems or {})

    def conditions(self) -> dict[str, list[dict[str, object]]]:
        """Per field: when it is asked, for the page's script. Without script all are shown.

        Only conditions on questions of this page: the others were judged when it was dealt. A
        condition on a number carries the unit people may write behind it.
        """
        specs: list[FieldSpec | DocumentSpec] = [*self.blueprint.fields, *self.blueprint.documents]
        found = {
            spec.key: [self._condition(c) for c in spec.show_when if c.field in self.fields]
            for spec in specs
            if spec.key in self.fields
        }
        return {key: conditions for key, conditions in found.items() if conditions}

    def _condition(self, condition: Condition) -> dict[str, object]:
        trigger = self.blueprint.field(condition.field)
        numeric = {"unit": trigger.unit} if trigger.type in ("number", "rupiah") else {}
        return condition.model_dump() | numeric

    @property
    def has_map(self) -> bool:
        """Whether one of its questions shows a map."""
        return tiles() is not None and any(
            isinstance(field.widget, PlaceWidget) for field in self.fields.values()
        )

    @property
    def errors(self) -> Any:
        return forms.utils.ErrorDict(
            {key: self.error_class([text]) for key, text in self._problems.items()}
        )

    @property
    def is_wrong(self) -> bool:
        return bool(self._problems)


def _field(spec: FieldSpec, house: answering.House) -> forms.Field:
    common: dict[str, Any] = {
        "label": spec.label,
        "help_text": spec.help,
        "required": spec.required,
    }
    if spec.type in _GROUPS:
        return forms.Field(widget=_GROUPS[spec.type](spec, house), **common)
    if spec.type == "textarea":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **common)
    if spec.type in ("choice", "yesno", "list"):
        found = shown_options(spec, reads_in())
        if len(found) > 7:
            return forms.ChoiceField(choices=[("", gettext("Pilih…")), *found], **common)
        return forms.ChoiceField(choices=found, widget=forms.RadioSelect, **common)
    if spec.type in ("date", "time"):
        return forms.CharField(widget=forms.TextInput(attrs={"type": spec.type}), **common)
    if spec.type in ("number", "rupiah"):
        mode = "decimal" if spec.decimals else "numeric"
        field = forms.CharField(widget=forms.TextInput(attrs={"inputmode": mode}), **common)
        field.suffix = gettext(spec.unit)  # type: ignore[attr-defined]
        field.prefix = "Rp" if spec.type == "rupiah" else ""  # type: ignore[attr-defined]
        return field
    return forms.CharField(**common)


def form_for(
    application: Application,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
    blueprint: Blueprint | None = None,
) -> AnswersForm:
    """The form of a dossier: what was just typed, else what was kept, else what the register
    knows. ``blueprint`` is the dossier's own in another language."""
    today = now().astimezone(city().tz).date()
    return AnswersForm(
        blueprint or application.blueprint,
        house=house_of(application.applicant, today=today),
        typed=typed
        if typed is not None
        else answering.as_typed(application.blueprint, application.answers),
        kept={document.key: document for document in application.documents.all()},
        problems=problems,
        only=only,
    )
