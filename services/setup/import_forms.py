"""Forms of the register import."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from kernel.clock import now
from services.residents.imports import arriving, checks, columns, runs
from services.residents.imports.columns import COLUMNS, IGNORED
from services.residents.imports.sheets import Sheet
from services.residents.imports.workbook import TITLE_ROWS
from services.residents.models import ImportRun
from services.setup.import_samples import masked
from tenants.office.models import Unit
from tenants.registry.current import city
from ui.forms import Form, TanggalField

MAX_FILE = 12 * 1024 * 1024  # bytes of one request
PIECE = 8 * 1024 * 1024  # of a larger file
MAX_ALL = arriving.MAX_PIECES * PIECE
IGNORE = "ignore"  # what the page sends for a column that is left out


class ImportForm(Form):
    """A file of at most one request; a larger one is sent in pieces by ``pieces.js``."""

    file = forms.FileField(
        label="Berkas penduduk",
        help_text="XLSX, XLS, atau ODS sampai sekitar 400.000 baris; CSV sampai 500 MB, berapa pun "
        "barisnya.",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv", "data-limit": MAX_ALL}),
    )
    facts_on = TanggalField(label="Keadaan data per tanggal", required=False)
    facts_on.help_text = "Tanggal data ini diambil dari sumbernya. Kosongkan bila hari ini."

    def clean_file(self) -> "UploadedFile[bytes] | None":
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > MAX_FILE:
            raise forms.ValidationError(
                "Berkas ini lebih dari 12 MB. Nyalakan JavaScript di peramban, atau bagi berkasnya."
            )
        return file

    def clean_facts_on(self) -> Any:
        today = now().astimezone(city().tz).date()
        day = self.cleaned_data["facts_on"] or today
        if day > today:
            raise forms.ValidationError("Tanggal ini masih di masa depan. Periksa tahunnya.")
        return day


class SentForm(ImportForm):
    """The same when all pieces of the file have arrived: ``run`` is the import they began."""

    run = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["file"].required = False


class PieceForm(Form):
    """One piece of a large file: ``number`` counts from 0, ``run`` is missing with the first."""

    piece = forms.FileField(max_length=255)
    number = forms.IntegerField(min_value=0)
    name = forms.CharField(max_length=200)
    run = forms.IntegerField(required=False)

    def clean_piece(self) -> bytes:
        piece: UploadedFile[bytes] = self.cleaned_data["piece"]
        if (piece.size or 0) > PIECE:
            raise forms.ValidationError("Bagian ini terlalu besar.")
        return bytes(piece.read())


class SheetForm(Form):
    """Which sheet is read, and which of its rows names the columns."""

    sheet = forms.TypedChoiceField(label="Lembar", coerce=int)
    header = forms.TypedChoiceField(label="Baris judul kolom", coerce=int)

    def __init__(self, data: Any, *, sheets: Sequence[Sheet], run: ImportRun) -> None:
        super().__init__(data, initial={"sheet": run.sheet, "header": run.header})
        self._offer("sheet", [(n, sheet.name) for n, sheet in enumerate(sheets)])
        rows = max((len(sheet.rows) for sheet in sheets), default=0)
        self._offer("header", [(n, f"Baris {n + 1}") for n in range(min(rows, TITLE_ROWS + 1))])

    def _offer(self, name: str, choices: list[tuple[int, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = choices


class ColumnsForm(Form):
    """What each column of the file is. A column with a heading must be decided about."""

    village = forms.ChoiceField(
        label="Kelurahan atau desa semua baris",
        required=False,
        help_text="Hanya bila berkas ini tidak punya kolom kelurahan atau desa.",
    )

    def __init__(self, data: Any, *, run: ImportRun) -> None:
        super().__init__(data)
        self._run = run
        kinds = [Unit.Kind.KELURAHAN, Unit.Kind.DESA]
        villages = Unit.objects.filter(kind__in=kinds, is_active=True).order_by("name", "pk")
        self._offer("village", [("", "–"), *((v.code, f"{v.name} ({v.code})") for v in villages)])
        self.initial["village"] = run.village
        rows = runs.shown_sheets(run)[run.sheet].rows[run.header + 1 :]
        fields = [(column.name, column.label) for column in COLUMNS.values()]
        for number, cell in enumerate(runs.headings(run)):
            heading = columns.heading_of(cell)
            samples = [masked(row[number]) for row in rows if number < len(row)]
            told = ", ".join(list(dict.fromkeys(filter(None, samples)))[:3])
            name = f"column_{number}"
            self.fields[name] = forms.ChoiceField(
                label=heading or f"Kolom {number + 1}, tanpa judul",
                required=False,
                help_text=f"Contoh: {told}" if told else "Contohnya kosong.",
            )
            first = ("", "Pilih isiannya" if heading else "Harus kosong")
            self._offer(name, [first, (IGNORE, "Abaikan kolom ini"), *fields])
            self.initial[name] = self._said(run.columns[number] if run.columns else None)

    def _said(self, field: str | None) -> str:
        return "" if field is None else field or IGNORE

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def of_columns(self) -> list[forms.BoundField]:
        """The fields for the columns, in the order of the file."""
        return [self[name] for name in self.fields if name.startswith("column_")]

    def chosen(self) -> list[str | None]:
        """A field, IGNORED, or None for each column."""
        typed = [self.cleaned_data[field.name] for field in self.of_columns]
        return [IGNORED if said == IGNORE else said or None for said in typed]


class AcceptForm(Form):
    """Which doubts were looked at and are accepted."""

    accepted = forms.MultipleChoiceField(
        label="Baris meragukan yang ikut ditulis",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Yang tidak dicentang tidak ditulis; barisnya masuk ke daftar perbaikan.",
    )

    def __init__(self, data: Any = None, *, counts: Mapping[str, Any]) -> None:
        super().__init__(data)
        field = self.fields["accepted"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (kind, f"{checks.DOUBTS[kind]} ({number} baris)")
            for kind, number in counts.get("doubts", {}).items()
        ]
