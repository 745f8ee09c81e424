"""The lines that did not go in, as they were in the file, with the reason beside each: to be
mended and uploaded alone."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from kernel import tables
from services.residents.imports import checks, files, sheets
from services.residents.imports.columns import Cell, heading_of
from services.residents.imports.sheets import File
from services.residents.models import ImportRow, ImportRun

REASON = "yang_perlu_diperbaiki"


def keep(run: ImportRun, file: File) -> str:
    """Store the refused lines of a checked import sealed; the path, "" when there are none."""
    refused = _reasons(run)
    if not refused:
        return ""
    return files.keep(_pieces(_lines(run, file, refused)))


def _reasons(run: ImportRun) -> dict[int, str]:
    found = {}
    for row in checks.refused_lines().only("line", "state", "problems", "doubts").iterator(2_000):
        found[row.line] = "; ".join(said for _, said in problems_of(row) if said)
    return found


def name_of(row: ImportRow) -> str:
    """Whom a line is of, as it says."""
    return str(getattr(row, "name", None) or row.who or "")


def problems_of(row: ImportRow) -> list[tuple[str, str]]:
    """(Heading or kind, text) of what keeps a line out, or is doubtful in it."""
    told = row.problems if row.state == ImportRow.REFUSED else row.doubts
    return [(str(kind), str(said)) for kind, said in told or []]


def _lines(run: ImportRun, file: File, refused: dict[int, str]) -> Iterator[list[Cell]]:
    """The row of headings, then the refused lines; line breaks in cells as they were."""
    rows = enumerate(sheets.rows_of(file, run.sheet), start=1)
    _, headings = next(islice(rows, run.header, None))
    width = len(headings)
    # A file that was mended and still has faults comes with the column of reasons.
    keeps = [n for n in range(width) if heading_of(headings[n]) != REASON]
    yield [*(headings[n] for n in keeps), REASON]
    for line, cells in rows:
        if line in refused:
            padded = [*cells, *[""] * (width - len(cells))]
            yield [*(padded[n] for n in keeps), *padded[width:], refused[line]]


def _pieces(lines: Iterable[list[Cell]]) -> Iterator[bytes]:
    for cells in lines:
        yield (json.dumps(cells, ensure_ascii=False) + "\n").encode()


def kept(run: ImportRun) -> Iterator[list[Cell]]:
    """The lines that were kept, the row of headings first."""
    with files.opened(run.repair_path) as stored:
        for line in io.TextIOWrapper(stored, encoding="utf-8"):
            yield json.loads(line)


def as_csv(lines: Iterable[list[Cell]]) -> Iterator[bytes]:
    """Lines as CSV, for a spreadsheet; no cell is calculated by it."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    for cells in lines:
        table.writerow([tables.as_text(_in_csv(cell)) for cell in cells])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def _in_csv(cell: Cell) -> Cell:
    """A whole number of a workbook without ".0"."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def as_xlsx(lines: Iterable[list[Cell]]) -> IO[bytes]:
    """Lines as a workbook whose cells are texts: no number loses a digit."""
    import xlsxwriter  # slow to import: not at the start of every process

    made: IO[bytes] = TemporaryFile()  # noqa: SIM115 - the answer closes it
    book = xlsxwriter.Workbook(
        made,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False},
    )  # fmt: skip
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "num_format": "@"})
    sheet = book.add_worksheet("Perbaiki")
    sheet.freeze_panes(1, 0)
    for number, cells in enumerate(lines):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell, bold if number == 0 else text)
            else:
                sheet.write_number(number, column, cell)
    book.close()
    made.seek(0)
    return made
