"""A book as a spreadsheet, written row by row: memory does not grow with its length."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from services.records.books import Book, Cell, Column

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# No text becomes a formula, a link or a number: identifiers stay as they were written.
OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    "strings_to_numbers": False,
}  # fmt: skip
LONGEST_SHEET_NAME = 31
FORMATS = {"date": "dd-mm-yyyy", "number": "#,##0", "rupiah": '"Rp"#,##0'}


def write(book: Book, path: Path) -> int:
    """Write the book to a file; how many lines it has."""
    import xlsxwriter  # slow to import: not at the start of every process

    count = 0
    with xlsxwriter.Workbook(str(path), OPTIONS) as out:
        bold = out.add_format({"bold": True})
        head = out.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        shown = {kind: out.add_format({"num_format": words}) for kind, words in FORMATS.items()}
        out.set_properties({"title": book.title, "subject": book.period})
        for number, section in enumerate(book.sections, start=1):
            name = section.heading or book.title
            sheet = out.add_worksheet(_sheet_name(name, number))
            for place, column in enumerate(section.columns):
                sheet.set_column(place, place, max(8, column.width * 6))
            office = book.unit.name if book.unit is not None else "Seluruh kantor"
            for row, words in enumerate((book.title, office, book.period)):
                sheet.write_string(row, 0, words, bold)
            for row, words in enumerate(book.notes, start=3):
                sheet.write_string(row, 0, words)
            top = 4 + len(book.notes)
            for place, column in enumerate(section.columns):
                sheet.write_string(top, place, column.head, head)
            sheet.freeze_panes(top + 1, 0)
            line = top
            for line, cells in enumerate(section.rows(), start=top + 1):
                _row(sheet, line, section.columns, cells, shown)
            if line == top:
                sheet.write_string(top + 1, 0, section.empty)
            count += line - top
    return count


def example(name: str, heads: Sequence[str], row: Sequence[str]) -> bytes:
    """A workbook with headings and one line, to be filled in."""
    import xlsxwriter  # slow to import: not at the start of every process

    out = BytesIO()
    with xlsxwriter.Workbook(out, {**OPTIONS, "constant_memory": False, "in_memory": True}) as book:
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, heads, book.add_format({"bold": True}))
        sheet.write_row(1, 0, row)
        sheet.autofit()
    return out.getvalue()


def _sheet_name(name: str, number: int) -> str:
    """Fit for a sheet: without the signs a spreadsheet refuses, and once in the file."""
    kept = "".join(sign for sign in name if sign not in "[]:*?/\\'")
    tail = "" if number == 1 else f" {number}"
    return kept[: LONGEST_SHEET_NAME - len(tail)] + tail


def _row(
    sheet: Any, line: int, columns: Sequence[Column], cells: Sequence[Cell], shown: dict[str, Any]
) -> None:
    for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        if cell is None or cell == "":
            continue
        if isinstance(cell, date):
            sheet.write_datetime(line, place, cell, shown["date"])
        elif isinstance(cell, int):
            sheet.write_number(line, place, cell, shown.get(column.kind))
        else:
            sheet.write_string(line, place, cell)
