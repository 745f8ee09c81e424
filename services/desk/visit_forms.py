"""What an official types about a visit in the field."""

from datetime import date, datetime, time
from typing import Any

from django import forms

from services.cases.documents import MAX_BYTES
from services.inspections.models import Inspection
from tenants.registry.current import city
from ui.forms import Form, WrittenDateField


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Photos that may be taken then and there; a list, empty where none was chosen."""

    widget = ManyFilesInput(
        attrs={"accept": "image/*", "capture": "environment", "multiple": True,
               "data-limit": MAX_BYTES, "data-shrinks": "1"}
    )  # fmt: skip

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PhotosField, self).clean(one, initial) for one in given]


def moment(day: date | None, at: time | None) -> datetime | None:
    """A day and an hour on the city's clocks."""
    if day is None or at is None:
        return None
    return datetime.combine(day, at, tzinfo=city().tz)


class ClockField(forms.TimeField):
    """An hour as people type it: ``09.30``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%H.%M", "%H:%M"],
            widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 5}),
            error_messages={"invalid": "Tulis jamnya seperti 09.30."},
            **kwargs,
        )


class ScheduleForm(Form):
    day = WrittenDateField(label="Hari")
    hour = ClockField(label="Jam")


class VisitForm(Form):
    """Besides the questions of the step: photos, when, the result and a note."""

    photos = PhotosField(label="Foto", required=False)
    day = WrittenDateField(label="Diperiksa pada hari", required=False)
    hour = ClockField(label="Jam", required=False)
    result = forms.ChoiceField(
        label="Hasilnya", choices=Inspection.Result.choices, widget=forms.RadioSelect,
        required=False,
    )  # fmt: skip
    note = forms.CharField(
        label="Catatan", max_length=1000, required=False, strip=False,
        help_text="Dibaca pemohon. Wajib bila tidak sesuai.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
