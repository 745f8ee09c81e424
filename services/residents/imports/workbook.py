"""Reads one workbook (XLSX, XLS, ODS) from stdin; writes one JSON list of cells per row to stdout.

``sheets`` starts it as a process of its own with limits on memory and processor time: a file that
is made to exhaust them ends only this process. It imports no Django.

Cells are text, numbers, or null; dates become ISO text. Rows and columns are read whatever size
the file states. The exit code says why a file could not be read.
"""

import io
import json
import resource
import sys
from datetime import date, datetime
from typing import Any

MEMORY = 1 << 30  # bytes of address space
CPU = 90  # seconds
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELL = 1_000  # characters; the longest column of the register takes 200
TITLE_ROWS = 10  # headings may stand below this many rows of titles

BROKEN, LOCKED, TOO_LONG, TOO_WIDE, LONG_CELL = 3, 4, 5, 6, 7


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return str(value)


def has_headings(row: list[Any]) -> bool:
    """Whether this row names columns: one of its cells is "nik"."""
    return any(isinstance(cell, str) and cell.strip().casefold() == "nik" for cell in row)


def _rows(content: bytes) -> list[list[Any]]:
    """The first sheet with headings, else the first sheet."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        first: list[list[Any]] = []
        for number in range(len(book.sheet_names)):
            sheet = book.get_sheet_by_index(number)
            if sheet.width > MAX_COLUMNS:
                sys.exit(TOO_WIDE)
            rows = sheet.to_python(skip_empty_area=False)
            if any(has_headings(row) for row in rows[: TITLE_ROWS + 1]):
                return rows
            first = first or rows
        return first
    except PasswordError:
        sys.exit(LOCKED)
    except (CalamineError, ValueError, OSError, KeyError):
        sys.exit(BROKEN)


def main() -> None:
    """Entry point of the process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    rows = _rows(sys.stdin.buffer.read())
    filled = 0
    for row in rows:
        cells = [_cell(value) for value in row]
        if any(isinstance(cell, str) and len(cell) > MAX_CELL for cell in cells):
            sys.exit(LONG_CELL)
        filled += any(cell not in (None, "") for cell in cells)
        if filled > MAX_ROWS + TITLE_ROWS:
            sys.exit(TOO_LONG)
        sys.stdout.write(json.dumps(cells, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
