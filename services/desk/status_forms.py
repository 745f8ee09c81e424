"""Forms about lists of statuses of outside systems."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField

from services.mall.models import StatusFile
from services.mall.status_table import MOST_LINES
from services.mall.systems import System, column_words, fields_of, system_of
from ui.forms import Form, WrittenDateField

MOST_BYTES = 24 * 1024 * 1024


class StatusFileForm(Form):
    """A list as SIMBG or OSS exported it."""

    system = forms.ChoiceField(label="Dari sistem")
    as_of = WrittenDateField(
        label="Daftar ini per tanggal",
        help_text="Hari daftarnya diunduh dari sistem itu. Daftar yang lebih lama tidak menimpa "
        "yang lebih baru.",
    )
    file = forms.FileField(
        label="Berkas daftar",
        help_text=f"XLSX, XLS, ODS, atau CSV; paling banyak {MOST_LINES // 1000}.000 baris dan "
        "24 MB.",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv", "data-limit": MOST_BYTES}),
    )

    def __init__(self, known: Mapping[str, System], today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        choices: Any = self.fields["system"]
        choices.choices = [(key, system.name) for key, system in known.items()]

    def clean_as_of(self) -> date:
        day: date = self.cleaned_data["as_of"]
        if day > self.today:
            raise forms.ValidationError("Tanggal ini masih di masa depan. Periksa lagi.")
        return day

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError("Berkas ini lebih dari 24 MB. Bagi menjadi beberapa.")
        return file


class ColumnsForm(Form):
    """What each column of a list is."""

    def __init__(self, file: StatusFile, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        system = system_of(file.system)
        self.columns: Sequence[Sequence[str]] = file.columns
        choices = [("", "Tidak dipakai")]
        choices += [(name, column_words(name, system)) for name in fields_of(system)]
        for place, (heading, field) in enumerate(self.columns):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=heading or f"Kolom {place + 1}", choices=choices, required=False,
                initial=field,
            )  # fmt: skip

    def shown(self) -> list[BoundField]:
        return [self[f"column-{place}"] for place in range(len(self.columns))]

    def fields_chosen(self) -> list[str]:
        return [self.cleaned_data[f"column-{place}"] for place in range(len(self.columns))]
