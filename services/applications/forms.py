"""A service's questions as a Django form. What is right or wrong is decided in the catalogue."""

from collections.abc import Mapping
from typing import Any

from django import forms

from services.applications.models import Application, Document
from services.catalogue import answers as answering
from services.catalogue.blueprint import Blueprint, DocumentSpec, FieldSpec
from services.residents.queries import facts_of


class AnswersForm(forms.Form):
    """Renders; ``problems`` come from ``actions.save_answers`` and are shown beside the fields."""

    def __init__(
        self,
        blueprint: Blueprint,
        *,
        values: Mapping[str, Any],
        documents: Mapping[str, Document],
        problems: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data=None, initial=dict(values))
        self.blueprint = blueprint
        for spec in blueprint.fields:
            self.fields[spec.key] = _field(spec)
        for document in blueprint.documents:
            self.fields[document.key] = forms.FileField(
                label=document.label,
                help_text=document.help,
                required=document.required and document.key not in documents,
                widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,image/*"}),
            )
        self.kept = dict(documents)
        self.documents = [document.key for document in blueprint.documents]
        self._problems = dict(problems or {})

    def conditions(self) -> dict[str, list[dict[str, object]]]:
        """Per field: when it is asked, for the page's script. Without script all are shown."""
        specs: list[FieldSpec | DocumentSpec] = [*self.blueprint.fields, *self.blueprint.documents]
        return {s.key: [c.model_dump() for c in s.show_when] for s in specs if s.show_when}

    @property
    def errors(self) -> Any:
        return forms.utils.ErrorDict(
            {key: self.error_class([text]) for key, text in self._problems.items()}
        )

    @property
    def is_wrong(self) -> bool:
        return bool(self._problems)


def _field(spec: FieldSpec) -> forms.Field:
    common: dict[str, Any] = {
        "label": spec.label,
        "help_text": spec.help,
        "required": spec.required,
    }
    if spec.type == "textarea":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **common)
    if spec.type == "choice":
        return forms.ChoiceField(
            choices=[(o.value, o.label) for o in spec.options], widget=forms.RadioSelect, **common
        )
    if spec.type == "yesno":
        return forms.ChoiceField(
            choices=[(answering.YES, "Ya"), (answering.NO, "Tidak")],
            widget=forms.RadioSelect,
            **common,
        )
    if spec.type == "date":
        return forms.CharField(widget=forms.TextInput(attrs={"type": "date"}), **common)
    if spec.type in ("number", "rupiah"):
        mode = "decimal" if spec.decimals else "numeric"
        field = forms.CharField(widget=forms.TextInput(attrs={"inputmode": mode}), **common)
        field.suffix = spec.unit  # type: ignore[attr-defined]
        field.prefix = "Rp" if spec.type == "rupiah" else ""  # type: ignore[attr-defined]
        return field
    return forms.CharField(**common)


def form_for(application: Application, *, problems: Mapping[str, str] | None = None) -> AnswersForm:
    """The form of a dossier: what was answered, else what the register knows."""
    blueprint = application.blueprint
    facts = facts_of(application.applicant)
    values = {
        spec.key: _shown(spec, application.answers.get(spec.key))
        or facts.get(spec.register_fact or "", "")
        for spec in blueprint.fields
    }
    kept = {document.key: document for document in application.documents.all()}
    return AnswersForm(blueprint, values=values, documents=kept, problems=problems)


def _shown(spec: FieldSpec, answer: object) -> str:
    if answer is None:
        return ""
    if spec.type == "number":
        return str(answer).replace(".", ",")
    if spec.type == "rupiah" and isinstance(answer, int):
        return f"{answer:,}".replace(",", ".")
    return str(answer)
