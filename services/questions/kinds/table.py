"""Rows of a few columns."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from django.utils.translation import gettext
from pydantic import field_validator

from kernel.errors import RuleBroken
from kernel.text import tidy
from services.questions.conditions import Answer, Key, Line, Strict
from services.questions.editor import Cell, Slot, bounds
from services.questions.groups import GroupKind, GroupWidget
from services.questions.kind import (
    Bounded,
    CellKind,
    House,
    Sampling,
    Typed,
    cell_kinds,
    kinds,
    refuse_doubles,
)
from services.questions.reading import count

MAX_ROWS = 30
SHEET_ROWS = 3  # of one question in a spreadsheet, where the question needs no more


class Column(Strict):
    """One column of a repeating table."""

    key: Key
    label: Line
    type: str = "text"
    required: bool = True

    @field_validator("type")
    @classmethod
    def _known(cls, name: str) -> str:
        known = cell_kinds()
        if name not in known:
            raise ValueError(f"no kind of column '{name}'; known: {', '.join(sorted(known))}")
        return name

    @property
    def kind(self) -> CellKind[Any]:
        kind = kinds[self.type]
        assert isinstance(kind, CellKind)
        return kind


class TableSpec(Bounded):
    type: Literal["table"]
    columns: list[Column] = []

    def check(self, at: str) -> None:
        super().check(at)
        if not self.columns:
            raise ValueError(f"{at}: columns belong to a table, and a table needs them")
        refuse_doubles(at, [column.key for column in self.columns])


class TableWidget(GroupWidget):
    """A few rows to type into; some empty ones at the end, and all there may be where the form is
    one page."""

    template_name = "questions/table.html"
    spec: TableSpec

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed: dict[str, str] = value or {}
        most = self.spec.max or MAX_ROWS
        filled = [row for row in range(most) if _row_typed(typed, f"{name}-{row}-")]
        rows = min(most, max([number + 1 for number in filled], default=0) + 2)
        rows = most if self.on_one_page else rows
        context["columns"] = self.spec.columns
        context["rows"] = [
            [
                {
                    "name": f"{name}-{row}-{column.key}",
                    "label": gettext("%(column)s, baris %(row)s")
                    % {"column": column.label, "row": row + 1},
                    "column": column.label,
                    "value": typed.get(f"{name}-{row}-{column.key}", ""),
                    "type": column.kind.input_type,
                    "numeric": column.kind.is_numeric,
                }
                for column in self.spec.columns
            ]
            for row in range(max(rows, min(most, self.spec.min or 2)))
        ]
        return context


def _row_typed(typed: Mapping[str, str], prefix: str) -> bool:
    return any(text and key.startswith(prefix) for key, text in typed.items())


class TableKind(GroupKind[TableSpec]):
    """The answer is a list of rows: the answer of each column by its key."""

    name = "table"
    label = "Tabel dengan beberapa baris"
    spec = TableSpec
    widget = TableWidget
    has_rows = True
    weight = 3
    settings = {"columns": "kolom tabel"}

    def parse(self, spec: TableSpec, typed: Typed, house: House) -> Answer:
        rows: list[dict[str, Any]] = []
        for number in range(spec.max or MAX_ROWS):
            texts = {
                c.key: tidy(typed.get(f"{spec.key}-{number}-{c.key}", "")) for c in spec.columns
            }
            if any(texts.values()):
                rows.append({c.key: _cell(c, texts[c.key], number + 1) for c in spec.columns})
        count(spec.label, len(rows), gettext("baris"), spec.min, spec.max)
        return rows or None

    def missing(self, spec: TableSpec) -> str:
        return gettext("Isi paling sedikit satu baris untuk “%(label)s”.") % {"label": spec.label}

    def words(self, spec: TableSpec, answer: Answer, language: str = "id") -> str:
        rows = answer if isinstance(answer, list) else []
        return "; ".join(
            ", ".join(text for text in _row_words(spec, row, language).values() if text)
            for row in rows
        )

    def cells(self, spec: TableSpec) -> frozenset[str]:
        return frozenset(column.key for column in spec.columns)

    def texts(self, spec: TableSpec) -> dict[str, str]:
        return {f"columns.{column.key}.label": column.label for column in spec.columns}

    def columns(self, spec: TableSpec) -> list[tuple[str, str]]:
        return [(column.key, column.label) for column in spec.columns]

    def rows(self, spec: TableSpec, answer: Answer) -> list[dict[str, str]]:
        rows = answer if isinstance(answer, list) else []
        return [_row_words(spec, row) for row in rows]

    def sheet_columns(self, spec: TableSpec) -> list[tuple[str, str]]:
        most = spec.max or MAX_ROWS
        return [
            (f"{spec.key}-{row}-{column.key}", f"baris {row + 1}, {column.label}")
            for row in range(min(most, max(spec.min or 0, SHEET_ROWS)))
            for column in spec.columns
        ]

    def as_typed(self, spec: TableSpec, answer: Answer) -> dict[str, str]:
        rows = answer if isinstance(answer, list) else []
        return {
            f"{spec.key}-{number}-{column.key}": (
                "" if row.get(column.key) is None else column.kind.typed(row[column.key])
            )
            for number, row in enumerate(rows)
            for column in spec.columns
        }

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        kinds_of_cell = tuple((name, kind.column_label) for name, kind in cell_kinds().items())
        cells = (
            Cell("key", "", "hidden"),
            Cell("label", "Judul kolom"),
            Cell("type", "Isinya", "select", kinds_of_cell),
            Cell("required", "Wajib", "check", required=False),
        )
        return [
            Slot("columns", "Kolom tabel", "rows",
                 "Kosongkan judul sebuah baris untuk menghapusnya.", True, cells=cells,
                 makes_keys=True),
            *bounds("baris"),
        ]  # fmt: skip

    def sample(self, spec: TableSpec, sampling: Sampling) -> Answer:
        rows = max(spec.min or 2, 2)
        return [
            {
                c.key: c.kind.cell_sample(c.key, c.label, row, sampling.today)
                for c in spec.columns
            }
            for row in range(min(rows, spec.max or rows))
        ]  # fmt: skip


def _cell(column: Column, text: str, row: int) -> Answer:
    at = gettext("%(column)s pada baris %(row)s") % {"column": column.label, "row": row}
    if text:
        return column.kind.read_cell(at, text)
    if column.required:
        raise RuleBroken(gettext("Isi %(what)s.") % {"what": at})
    return None


def _row_words(spec: TableSpec, row: Mapping[str, Any], language: str = "id") -> dict[str, str]:
    return {
        column.key: ""
        if row.get(column.key) is None
        else column.kind.cell_words(row[column.key], language)
        for column in spec.columns
    }


kinds.add("table", TableKind(), order=120)
