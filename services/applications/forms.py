"""A service's questions as a Django form. What is right or wrong is decided in the catalogue."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms

from kernel.clock import now
from services.applications.household import house_of
from services.applications.models import Application
from services.applications.requirements import kind_for
from services.cases import documents
from services.cases.models import Document
from services.catalogue import answers as answering
from services.catalogue.blueprint import Blueprint, DocumentSpec
from services.questions.conditions import Condition
from services.questions.groups import GroupWidget
from services.questions.kind import FieldSpec, House, kind_of
from services.questions.maps import tiles
from tenants.registry.current import city


class AnswersForm(forms.Form):
    """Renders; ``problems`` come from ``actions.save_answers`` and are shown beside the fields."""

    def __init__(
        self,
        blueprint: Blueprint,
        *,
        house: House,
        typed: Mapping[str, str],
        kept: Mapping[str, Document],
        problems: Mapping[str, str] | None = None,
        only: Collection[str] | None = None,
        on_one_page: bool = False,
    ) -> None:
        super().__init__(data=None, label_suffix="")
        self.blueprint = blueprint
        for spec in blueprint.fields:
            if only is not None and spec.key not in only:
                continue
            kind = kind_of(spec)
            self.fields[spec.key] = kind.field(
                spec, house, label=spec.label, help_text=spec.help, required=spec.required
            )
            self.initial[spec.key] = kind.initial(spec, typed, house.applicant)
            widget = self.fields[spec.key].widget
            if isinstance(widget, GroupWidget):
                widget.on_one_page = on_one_page
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
        # Requirements that a letter of another city may meet.
        self.elsewhere = {
            document.key
            for document in wanted
            if document.key not in kept and (paper := kind_for(document)) and paper.letters
        }
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
        unit = kind_of(trigger).unit(trigger)
        return condition.model_dump() | ({} if unit is None else {"unit": unit})

    @property
    def has_map(self) -> bool:
        """Whether one of its questions shows a map."""
        return tiles() is not None and any(
            kind_of(spec).has_map for spec in self.blueprint.fields if spec.key in self.fields
        )

    @property
    def errors(self) -> Any:
        return forms.utils.ErrorDict(
            {key: self.error_class([text]) for key, text in self._problems.items()}
        )

    @property
    def is_wrong(self) -> bool:
        return bool(self._problems)


def form_for(
    application: Application,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
    blueprint: Blueprint | None = None,
) -> AnswersForm:
    """The form of a case: what was just typed, else what was kept, else what the register
    knows. ``blueprint`` is the case's own in another language."""
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
