"""The form in which a number of an outside system is noted, by its holder or at a desk."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from services.applications.models import Application
from services.catalogue.translation import ORIGINAL
from services.mall.systems import System
from ui.forms import Form
from ui.language import reads_in


class NumberForm(Form):
    """A number, what it is of, and the case that came before it."""

    number = forms.CharField(max_length=60)
    name = forms.CharField(max_length=120)
    place = forms.CharField(max_length=250, required=False)
    case = forms.ChoiceField(
        label=gettext_lazy("Permohonan di sini yang mendahuluinya"), required=False
    )

    def __init__(
        self, system: System, cases: Sequence[Application], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        language = ORIGINAL if reads_in() == ORIGINAL else "en"
        for name, said in (("number", "label"), ("name", "about"), ("place", "place")):
            self.fields[name].label = system.words(said, language)  # type: ignore[arg-type]
        self.fields["number"].help_text = gettext_lazy("Misalnya %(example)s") % {
            "example": system.example
        }
        if system.shape == "nib":
            self.fields["number"].widget.attrs["inputmode"] = "numeric"
        self.cases = {str(one.pk): one for one in cases}
        if self.cases:
            choices: Any = self.fields["case"]
            choices.choices = [
                ("", gettext_lazy("Tidak ada")),
                *(
                    (pk, f"{one.version.service.title} {one.number}")
                    for pk, one in self.cases.items()
                ),
            ]
        else:
            del self.fields["case"]

    def told(self) -> dict[str, Any]:
        """What the action asks for, of a form that is valid."""
        typed = self.cleaned_data
        case = self.cases.get(typed.get("case", ""))
        return {
            "number": typed["number"], "name": typed["name"], "place": typed["place"], "case": case
        }  # fmt: skip
