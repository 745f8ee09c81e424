"""Inputs for the parts of a service, made from ``editing.Slot``."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html

from kernel.numbers import parse_number
from services.catalogue.categories import CATEGORIES
from services.catalogue.editor_inputs import CODE_CELLS
from services.catalogue.overrides import Definition, item_of
from services.questions.editor import Cell, Slot
from services.questions.kind import FieldSpec
from services.setup import editing
from ui.forms import Form, WrittenDateField
from ui.templatetags.ui import icon

MAX_FILE = 512 * 1024  # bytes of an imported service
MAX_ROWS = 60
SPARE = 2  # empty rows to type into


class RowsWidget(forms.Widget):
    """A small table to type into; always some empty rows at the end."""

    template_name = "setup/widgets/rows.html"
    use_fieldset = True

    def __init__(self, cells: tuple[Cell, ...], label: str, *, movable: bool) -> None:
        super().__init__()
        self.cells, self.label, self.movable = cells, label, movable

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_0" if id_ else id_

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        rows: dict[int, dict[str, str]] = {}
        for given in data:
            found = re.fullmatch(rf"{re.escape(name)}-(\d{{1,3}})-([a-z]+)", given)
            if found and int(found[1]) < MAX_ROWS:
                rows.setdefault(int(found[1]), {})[found[2]] = str(data[given]).strip()
        return [rows[number] for number in sorted(rows)]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        filled = [row for row in value or [] if any(row.values())]
        context["cells"] = [cell for cell in self.cells if cell.kind != "hidden"]
        empty = {cell.key: "" for cell in self.cells}
        context["movable"] = self.movable
        context["rows_name"] = self.label.lower()
        context["rows"] = [
            self._row(name, number, row) | {"filled": number < len(filled)}
            for number, row in enumerate([*filled, *([empty] * SPARE)])
        ]
        return context

    def _row(self, name: str, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
        inputs = [
            {
                "cell": cell,
                "name": f"{name}-{number}-{cell.key}",
                "label": f"{self.label}: {cell.label.lower()}, baris {number + 1}",
                "value": "" if row.get(cell.key) in (None, False) else row[cell.key],
            }
            for cell in self.cells
        ]
        shown = [entry for entry, cell in zip(inputs, self.cells, strict=True)
                 if cell.kind != "hidden"]  # fmt: skip
        shown[0]["first"] = number == 0
        return {
            "inputs": shown,
            "hidden": [entry for entry in inputs if entry not in shown],
            "move": f"{name}-{number}",
            "name": f"{self.label.lower()}, baris {number + 1}",
        }


class RowsField(forms.Field):
    """Rows as dictionaries; a row without its first visible cell is left out."""

    def __init__(self, slot: Slot, **kwargs: Any) -> None:
        self.cells = slot.cells
        movable = slot.kind == "rows" and slot.cells is not CODE_CELLS
        super().__init__(widget=RowsWidget(slot.cells, slot.label, movable=movable), **kwargs)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        leading = next(cell for cell in self.cells if cell.kind != "hidden")
        rows = [row for row in value or [] if row.get(leading.key)]
        if self.required and not rows:
            raise forms.ValidationError("Isi sedikitnya satu baris.")
        return [self._row(row, number) for number, row in enumerate(rows, start=1)]

    def _row(self, row: Mapping[str, str], number: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for cell in self.cells:
            typed = row.get(cell.key, "")
            if cell.required and not typed and cell.kind not in ("hidden", "check"):
                raise forms.ValidationError(f"Baris {number}: isi {cell.label.lower()}.")
            if cell.kind == "select" and typed not in dict(cell.choices):
                raise forms.ValidationError(f"Baris {number}: pilih {cell.label.lower()}.")
            if cell.kind == "date" and typed:
                try:
                    date.fromisoformat(typed)
                except ValueError:
                    raise forms.ValidationError(
                        f"Baris {number}: tulis tanggal seperti 2026-11-21."
                    ) from None
            found[cell.key] = bool(typed) if cell.kind == "check" else typed
            if cell.kind == "date":
                found[cell.key] = typed or None
        return found


class LinesField(forms.CharField):
    """A list, one entry a line."""

    separator = "\n"

    def prepare_value(self, value: Any) -> Any:
        return self.separator.join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = (super().to_python(value) or "").replace("\r\n", "\n")
        return [part.strip() for part in self.split(text) if part.strip()]

    def split(self, text: str) -> list[str]:
        return text.split("\n")

    def run_validators(self, value: Any) -> None:
        """Of the whole definition, when it is parsed."""


class ParagraphsField(LinesField):
    separator = "\n\n"

    def split(self, text: str) -> list[str]:
        return re.split(r"\n\s*\n", text)


def _offering(slot: Slot, value: Any) -> Slot:
    """The slot with what stands there among its choices: a dinas this city does not have, say."""
    if slot.kind not in ("choice", "icon") or not value or value in dict(slot.choices):
        return slot
    return replace(slot, choices=(*slot.choices, (value, f"{value} (tidak ada di sini)")))


def _field(slot: Slot) -> forms.Field:
    common: dict[str, Any] = {
        "label": slot.label,
        "help_text": slot.help,
        "required": slot.required,
    }
    if slot.kind == "yes":
        return forms.BooleanField(**{**common, "required": False})
    if slot.kind in ("rows", "conditions"):
        return RowsField(slot, **common)
    if slot.kind == "icon":
        pictures = [(name, format_html("{} {}", icon(name), words)) for name, words in slot.choices]
        return forms.ChoiceField(choices=pictures, widget=forms.RadioSelect, **common)
    if slot.kind == "choice":
        return forms.ChoiceField(choices=slot.choices, **common)
    if slot.kind == "many":
        return forms.MultipleChoiceField(
            choices=slot.choices, widget=forms.CheckboxSelectMultiple, **common
        )
    if slot.kind in ("int", "rupiah"):
        field = WholeNumberField(
            min_value=slot.low,
            max_value=slot.high,
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            error_messages={"invalid": f"Tulis {slot.label.lower()} dengan angka saja."},
            **common,
        )
        field.prefix = "Rp" if slot.kind == "rupiah" else ""  # type: ignore[attr-defined]
        return field
    if slot.kind == "date":
        return WrittenDateField(**common)
    if slot.kind in ("lines", "paragraphs"):
        kind = LinesField if slot.kind == "lines" else ParagraphsField
        rows = 4 if slot.kind == "lines" else 8
        return kind(widget=forms.Textarea(attrs={"rows": rows}), max_length=None, **common)
    if slot.kind == "prose":
        return forms.CharField(
            widget=forms.Textarea(attrs={"rows": 3}), max_length=slot.limit, **common
        )
    return forms.CharField(max_length=slot.limit, **common)


class WholeNumberField(forms.IntegerField):
    """A whole number as people type it. Django's own field reads 25.000 as 25."""

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        number = parse_number(str(value))
        if number is None or number != int(number):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return int(number)


class PartForm(Form):
    """One part of a service. ``item`` is what stands there now."""

    def __init__(
        self,
        slots: list[Slot],
        *,
        definition: Definition,
        item: Definition,
        data: Any = None,
    ) -> None:
        self.slots, self.definition, self.item = slots, definition, item
        super().__init__(data)
        for slot in slots:
            self.initial[slot.name] = self._typed(slot)
            self.fields[slot.name] = _field(_offering(slot, self.initial[slot.name]))
        self._word()

    def _word(self) -> None:
        for slot in self.slots:
            field = self.fields[slot.name]
            if isinstance(field, forms.CharField | forms.IntegerField):
                field.error_messages["required"] = f"Isi “{slot.label}”."
            for key, words in (("min_value", "sedikit"), ("max_value", "banyak")):
                limit = getattr(field, key, None)
                if limit is not None:
                    field.error_messages[key] = f"“{slot.label}”: paling {words} {limit}."

    def _standing(self, slot: Slot) -> Any:
        """What the definition says at a place, or what holds where it says nothing."""
        value = editing.read(self.item, slot.path)
        return list(slot.usual) if value is None and slot.usual else value

    def _typed(self, slot: Slot) -> Any:
        value = self._standing(slot)
        if slot.kind == "conditions":
            return [editing.condition_typed(self.definition, row) for row in value or []]
        if slot.kind == "date" and value:
            return f"{date.fromisoformat(value):%d-%m-%Y}"
        return value

    def forget_errors(self) -> None:
        """Show what was typed without judging it."""
        self._errors = forms.utils.ErrorDict()
        self.cleaned_data = {}

    def clean(self) -> dict[str, Any]:
        for slot in self.slots:
            if slot.kind == "conditions" and slot.name in self.cleaned_data:
                try:
                    self.cleaned_data[slot.name] = [
                        self._condition(row) for row in self.cleaned_data[slot.name]
                    ]
                except ValueError as wrong:
                    self.add_error(slot.name, str(wrong))
            first = self.cleaned_data.get(slot.name) if slot.path.endswith(".0") else None
            if first and first not in self.cleaned_data.get(slot.place, []):
                self.add_error(slot.name, "Centang juga cara ini di atas, atau pilih yang lain.")
        return self.cleaned_data

    def _condition(self, row: Mapping[str, str]) -> dict[str, Any]:
        field = item_of(self.definition, "fields", row["field"])
        assert field is not None, "a select offers only known questions"
        spec = FieldSpec.model_validate(field)
        value = editing.condition_value(spec, row["op"], row["value"])
        return {"field": row["field"], "op": row["op"], "value": value}

    def result(self) -> Definition:
        """The part with what was typed. Only for a valid form."""
        values: dict[str, Any] = {}
        for slot in self.slots:
            value = _unix(self.cleaned_data[slot.name])
            if slot.empty == "none" and value in ("", None):
                value = None
            elif slot.kind in ("int", "rupiah") and value is None:
                value = 0
            elif slot.kind == "date":
                value = value.isoformat() if value else None
            kept = self._standing(slot)
            if slot.kind == "many":  # ticked boxes have no order of their own
                value = sorted(value, key=[*(kept or []), *value].index)
            if slot.makes_keys:
                value = _with_keys(_with_rest(value, kept or []))
            values[slot.path] = value
        return editing.written(self.item, values)


def _unix(value: Any) -> Any:
    """Browsers send line ends of their own, which would look like a change."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, list):
        return [_unix(part) for part in value]
    if isinstance(value, dict):
        return {name: _unix(part) for name, part in value.items()}
    return value


def _with_keys(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """New rows get a key from their label; others keep theirs, so that answers stay readable."""
    taken = {row["key"] for row in rows if row["key"]}
    for row in rows:
        if not row["key"]:
            row["key"] = editing.new_key(row["label"], taken)
            taken.add(row["key"])
    return rows


def _with_rest(rows: list[dict[str, Any]], kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with what else was said of them, which the small table does not show."""
    known = {row["key"]: row for row in kept if "key" in row}
    return [
        {**known[row["key"]], **row}
        if row["key"] in known and row.get("type") == known[row["key"]].get("type")
        else row
        for row in rows
    ]


class NewServiceForm(Form):
    title = forms.CharField(label="Nama layanan", max_length=250)
    slug = forms.CharField(
        label="Alamat singkat",
        max_length=60,
        required=False,
        help_text="Huruf kecil, angka, dan tanda hubung. Bila kosong, dibuat dari namanya.",
    )
    category = forms.ChoiceField(
        label="Kelompok", choices=[(slug, name) for slug, name, *_ in CATEGORIES]
    )
    source = forms.ChoiceField(label="Mulai dari", required=False)

    def __init__(self, *args: Any, services: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Kosong: dua meja, tanpa surat"), *services]
        self.fields["source"].choices = choices  # type: ignore[attr-defined]
        self.fields["source"].help_text = "Salinan boleh diubah sepenuhnya."

    def clean_slug(self) -> str:
        typed = self.cleaned_data["slug"] or self.cleaned_data.get("title", "")
        return check_slug(editing.new_slug(typed))


def check_slug(slug: str) -> str:
    if len(slug) < 2:
        raise forms.ValidationError("Tulis alamat dengan sedikitnya dua huruf.")
    if slug in editing.RESERVED:
        raise forms.ValidationError(f"Alamat “{slug}” sudah dipakai halaman lain. Pilih yang lain.")
    return slug


class ImportServiceForm(Form):
    file = forms.FileField(
        label="Berkas layanan",
        help_text="Berkas JSON hasil Unduh dari Balai, paling besar 512 kB.",
        widget=forms.FileInput(attrs={"accept": ".json,application/json", "data-limit": MAX_FILE}),
    )
    slug = forms.CharField(
        label="Alamat singkat",
        max_length=60,
        required=False,
        help_text="Isi hanya bila alamat di dalam berkas sudah dipakai di sini.",
    )

    def clean_slug(self) -> str:
        typed = self.cleaned_data["slug"]
        return check_slug(editing.new_slug(typed)) if typed else ""

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE:
            raise forms.ValidationError("Berkas ini lebih dari 512 kB. Sebuah layanan lebih kecil.")
        return bytes(file.read())
