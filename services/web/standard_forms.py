"""The form in which an office says what of its service standards nothing else knows."""

from typing import Any

from django import forms
from django.utils.translation import gettext

from services.catalogue.models import UnitStandard
from services.catalogue.standard import ITEMS, SAID
from ui.forms import Form, WrittenDateField

HELP = {
    "complaints": "Selain telepon dan e-mail kantor, yang sudah disebut sendiri.",
    "facilities": "Yang benar-benar ada di kantor ini. Alamat dan antreannya disebut sendiri.",
    "competence": "Misalnya pendidikan dan pelatihan petugas yang melayani.",
    "supervision": "Siapa mengawasi, dan bagaimana. Misalnya Inspektorat Daerah, setahun sekali.",
    "guarantee": "Kosongkan bila cukup yang dijamin sistem.",
    "safety": "Kosongkan bila cukup yang dijamin sistem.",
    "evaluation": "Bagaimana dan kapan kinerja dinilai. Kosongkan bila belum dilakukan.",
}


class StandardForm(Form):
    """Texts, and the decree that set the standard."""

    decree = forms.CharField(
        label="Nomor keputusan penetapan standar", max_length=120, required=False
    )
    decree_on = WrittenDateField(label="Tanggal keputusan", required=False)

    def __init__(self, row: UnitStandard | None, *args: Any, **kwargs: Any) -> None:
        initial: dict[str, Any] = dict(row.texts) if row is not None else {}
        if row is not None:
            initial["decree"] = row.decree
            initial["decree_on"] = f"{row.decree_on:%d-%m-%Y}" if row.decree_on else ""
        super().__init__(*args, initial=initial, **kwargs)
        for key in SAID:
            self.fields[key] = forms.CharField(
                label=gettext(ITEMS[key]), help_text=HELP[key], required=False, max_length=1000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )  # fmt: skip

    def said(self) -> dict[str, Any]:
        """What the action asks for, of a form that is valid."""
        typed = self.cleaned_data
        return {
            "texts": {key: typed[key] for key in SAID}, "decree": typed["decree"],
            "decree_on": typed["decree_on"] or None,
        }  # fmt: skip
