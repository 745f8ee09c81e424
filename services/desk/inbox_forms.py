"""Forms around the list of a desk: how it is narrowed, what is kept, what is done with many."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from kernel.ids import row_id
from services.inbox.lists import Choices, Filters
from ui.forms import DayField, Form, is_near

WHOSE = [("", "Semua"), ("mine", "Saya tangani"), ("nobody", "Belum ada yang menangani")]


class FilterForm(Form):
    """Part of a list, as its address says it."""

    service = forms.ChoiceField(label="Layanan", required=False)
    step = forms.ChoiceField(label="Yang dikerjakan", required=False)
    unit = forms.ChoiceField(label="Wilayah pemohon", required=False)
    whose = forms.ChoiceField(label="Yang menangani", choices=WHOSE, required=False)
    since = DayField(
        label="Tiba sejak", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = DayField(
        label="Tiba sampai", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Mapping[str, list[tuple[Any, str]]] = {
            "service": [("", "Semua layanan"), *choices.topics.items()],
            "unit": [("", "Semua wilayah"), *((str(pk), n) for pk, n in choices.units.items())],
            "step": [("", "Semua langkah"), *((title, title) for title in choices.steps)],
        }
        for name, offers in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offers
        if not choices.steps:
            del self.fields["step"]

    def filters(self) -> Filters:
        """What is right of what was sent."""
        self.full_clean()
        said = self.cleaned_data
        return Filters(
            topic=said.get("service", ""), unit=row_id(said.get("unit", "")),
            whose=said.get("whose", ""), since=said.get("since"), until=said.get("until"),
            step=said.get("step", ""),
        )  # fmt: skip

    @staticmethod
    def read(said: Mapping[str, Any]) -> Filters:
        """The same from a query string that was kept."""
        return Filters(
            topic=str(said.get("service", "")), unit=row_id(str(said.get("unit", ""))),
            whose=str(said.get("whose", "")), since=_day(said.get("since")),
            until=_day(said.get("until")), step=str(said.get("step", "")),
        )  # fmt: skip

    @staticmethod
    def written(filters: Filters) -> dict[str, str]:
        """The filters as a query string has them; "" of those that narrow nothing."""
        return {
            "service": filters.topic,
            "unit": str(filters.unit or ""),
            "whose": filters.whose,
            "step": filters.step,
            "since": filters.since.isoformat() if filters.since else "",
            "until": filters.until.isoformat() if filters.until else "",
        }


def _day(text: Any) -> date | None:
    try:
        found = date.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return found if is_near(found) else None


class ViewForm(Form):
    """A name for the filters that are open."""

    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)
    name = forms.CharField(
        label="Nama saringan", max_length=40, help_text="Misalnya “SKTM saya” atau “RW 003”."
    )


class BulkForm(Form):
    """What one act on many needs besides the cases."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=32)
    act = forms.CharField(widget=forms.HiddenInput)
    to = forms.ChoiceField(label="Serahkan kepada siapa?")
    note = forms.CharField(
        label="Apa yang harus diperbaiki?",
        help_text="Satu alasan untuk semuanya, dibaca setiap pemohon.",
        strip=False, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}),
    )  # fmt: skip

    def __init__(self, act: str, *args: Any, colleagues: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = [("", "Pilih petugas"), *((str(pk), name) for pk, name in colleagues.items())]
        if act != "assign":
            del self.fields["to"]
        if act != "return":
            del self.fields["note"]
