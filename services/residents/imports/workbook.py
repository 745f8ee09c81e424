"""Reads one workbook (XLSX, XLS, ODS) from stdin; writes one JSON value per line to stdout.

``sheets`` starts it as a process of its own with limits on memory and processor time: a file that
is made to exhaust them ends only this process. It imports no Django.

``peek`` tells of each sheet its name and first rows; ``rows N`` writes the rows of one sheet, a
list of cells each. Cells are text, numbers, or null; dates become ISO text. Rows and columns are
read whatever size the file states. The exit code says why a file could not be read.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any
from zipfile import BadZipFile, ZipFile

MEMORY = 1 << 30  # bytes of address space
CPU = 120  # seconds
MAX_UNPACKED = 1_500_000_000  # bytes
MAX_COLUMNS = 200
MAX_CELL = 1_000  # characters; the longest column of the register takes 200
MAX_SHEETS = 20
TITLE_ROWS = 10  # headings may stand below this many rows of titles
PEEKED = TITLE_ROWS + 6  # rows of a sheet that are shown while its columns are named

BROKEN, LOCKED, HEAVY, TOO_WIDE, LONG_CELL = 3, 4, 5, 6, 7


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, str):
        if value and len(value) > MAX_CELL:
            sys.exit(LONG_CELL)
        return value
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return str(value)


def _sheet_rows(book: Any, number: int) -> Iterator[list[Any]]:
    """The rows of a sheet from its very first, as a spreadsheet counts them."""
    sheet = book.get_sheet_by_index(number)
    if sheet.width > MAX_COLUMNS:
        sys.exit(TOO_WIDE)
    if sheet.start is None:
        return
    left = [""] * sheet.start[1]  # the rows above the first filled one are there, columns not
    for row in sheet.iter_rows():
        yield [*left, *map(_cell, row)]


def _open(content: bytes) -> Any:
    from python_calamine import CalamineWorkbook

    if content[:2] == b"PK":
        with ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                sys.exit(HEAVY)
    return CalamineWorkbook.from_filelike(io.BytesIO(content))


def _write(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def _answer(content: bytes, task: str) -> None:
    from python_calamine import CalamineError, PasswordError

    try:
        book = _open(content)
        del content
        if task != "peek":
            for row in _sheet_rows(book, int(task)):
                _write(row)
            return
        for number, name in enumerate(book.sheet_names[:MAX_SHEETS]):
            _write({"name": name, "rows": list(islice(_sheet_rows(book, number), PEEKED))})
    except PasswordError:
        sys.exit(LOCKED)
    except (CalamineError, BadZipFile, NotImplementedError, ValueError, OSError, KeyError):
        sys.exit(BROKEN)


def main() -> None:
    """Entry point of the process; its argument is ``peek`` or the number of a sheet."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _answer(sys.stdin.buffer.read(), sys.argv[1])


if __name__ == "__main__":
    main()
