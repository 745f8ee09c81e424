"""From the bytes of an uploaded file to rows of cells, one after the other.

A CSV file is read as it comes, whatever its size. A workbook is read whole by a process of its own
(``workbook``), whose memory is bounded: about 400,000 rows of our columns; more go as CSV.
"""

import codecs
import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from threading import Timer
from typing import IO, Any

from services.residents.imports import columns, workbook
from services.residents.imports.columns import Cell
from services.residents.imports.problems import ImportRefused
from services.residents.imports.workbook import PEEKED, TITLE_ROWS

WAIT = 300  # seconds
DELIMITERS = ";,\t|"
WORKBOOK = ""  # the "encoding" of what is no text

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BROKEN = "Berkas ini rusak atau bukan lembar kerja. Simpan ulang sebagai XLSX, lalu coba lagi."
_HEAVY = (
    "Lembar kerja ini terlalu besar untuk dibaca (batasnya sekitar 400.000 baris). Simpan sebagai "
    "“CSV UTF-8”, yang tidak dibatasi jumlah barisnya, lalu impor berkas CSV itu."
)
_WHY = {
    workbook.BROKEN: _BROKEN,
    workbook.LOCKED: "Berkas ini terkunci kata sandi. Simpan tanpa kata sandi, lalu coba lagi.",
    workbook.TOO_WIDE: f"Berkas ini lebih dari {workbook.MAX_COLUMNS} kolom. Hapus kolom yang "
    "tidak perlu, lalu coba lagi.",
    workbook.LONG_CELL: f"Berkas ini memuat sel yang lebih dari {workbook.MAX_CELL} huruf. "
    "Perbaiki sel itu, lalu coba lagi.",
}
_NO_TEXT = "Berkas ini bukan XLSX, XLS, ODS, atau CSV. Di Excel pilih Simpan Sebagai, “CSV UTF-8”."


_NO_CP1252 = re.compile(rb"[\x01-\x08\x0e-\x1f\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file: how to open it, and how its text is written (WORKBOOK for none)."""

    open: Callable[[], IO[bytes]]
    encoding: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The beginning of one sheet, to find and choose its headings."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)

    @property
    def header(self) -> int:
        """Which row (from 0) names the columns: the one with most headings we know, else the first
        with anything in it."""
        top = self.rows[: TITLE_ROWS + 1]
        known = [sum(map(columns.is_known, row)) for row in top]
        if any(known):
            return known.index(max(known))
        return next((n for n, row in enumerate(top) if any(map(columns.as_text, row))), 0)

    @property
    def known_headings(self) -> int:
        """How many headings of ours its row of headings has."""
        return sum(map(columns.is_known, self.rows[self.header])) if self.rows else 0


# --- what kind of file ----------------------------------------------------------------------------


class Sniffer:
    """Finds out, while the bytes of a file pass by, how its text is written."""

    def __init__(self) -> None:
        self._head = b""
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._is_utf8 = True

    def feed(self, chunk: bytes) -> None:
        if len(self._head) < 4096:
            self._head += chunk[:4096]
        if self._is_utf8:
            try:
                self._decode(chunk)
            except UnicodeDecodeError:
                self._is_utf8 = False

    @property
    def encoding(self) -> str:
        """Raises ImportRefused for what is neither a workbook nor text."""
        head = self._head
        if head[:4] in (_ZIP, _OLE):
            return WORKBOOK
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        if head[1::2].count(0) > len(head) // 3:
            return "utf-16-le"
        if b"\x00" in head:
            raise ImportRefused(_BROKEN if head[:1] != b"\x00" else _NO_TEXT)
        if self._is_utf8:
            return "utf-8-sig"
        if _NO_CP1252.search(head):
            raise ImportRefused(_NO_TEXT)
        return "cp1252"


def file_of(content: bytes) -> File:
    """A file that is in memory. Raises ImportRefused."""
    sniffer = Sniffer()
    sniffer.feed(content)
    return File(lambda: io.BytesIO(content), sniffer.encoding)


# --- rows -----------------------------------------------------------------------------------------


def sheets_of(file: File) -> list[Sheet]:
    """The sheets of a file with their first rows. Raises ImportRefused."""
    if file.encoding != WORKBOOK:
        return [Sheet("CSV", list(islice(_csv_rows(file), PEEKED)))]
    return [
        Sheet(str(told["name"]), [_cells(row) for row in told["rows"]])
        for told in _workbook_lines(file, "peek")
    ]


def rows_of(file: File, sheet: int = 0) -> Iterator[list[Cell]]:
    """Every row of a sheet, blank ones too, so that counting them gives line numbers.

    Raises ImportRefused, possibly while iterating.
    """
    if file.encoding != WORKBOOK:
        return _csv_rows(file)
    return map(_cells, _workbook_lines(file, str(sheet)))


def first_sheet(sheets: list[Sheet]) -> int:
    """The sheet with most headings we know; the first of equals."""
    counts = [sheet.known_headings for sheet in sheets]
    return counts.index(max(counts)) if counts else 0


def read(content: bytes) -> Iterator[list[Cell]]:
    """Every row of the sheet of a small file that has headings, else of its first sheet."""
    file = file_of(content)
    return rows_of(file, first_sheet(sheets_of(file)))


def _cells(row: Iterable[Cell | None]) -> list[Cell]:
    return ["" if cell is None else cell for cell in row]


@contextmanager
def _reading_process(file: File, task: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(  # noqa: S603 - our own module, no shell
        [sys.executable, "-P", "-m", workbook.__name__, task],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONIOENCODING": "utf-8"},
    )
    timer = Timer(WAIT, process.kill)
    timer.start()
    try:
        assert process.stdin is not None
        with file.open() as source:
            try:
                while chunk := source.read(1 << 20):
                    process.stdin.write(chunk)
                process.stdin.close()
            except BrokenPipeError:
                pass  # it ended early; its exit code says why
        yield process
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


def _workbook_lines(file: File, task: str) -> Iterator[Any]:
    with _reading_process(file, task) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)
        if code := process.wait():
            raise ImportRefused(_WHY.get(code, _HEAVY))


_SEPARATOR_LINE = re.compile(r"\s*sep=(.)\s*", re.IGNORECASE)


def _csv_rows(file: File) -> Iterator[list[Cell]]:
    try:
        with file.open() as source:
            text = io.TextIOWrapper(source, encoding=file.encoding, newline="")
            beginning = "".join(islice(text, TITLE_ROWS + 1))
            if "\x00" in beginning:
                raise ImportRefused(_BROKEN)
            lines = _together(beginning, text)
            for row in csv.reader(lines, delimiter=_delimiter(beginning)):
                if len(row) > workbook.MAX_COLUMNS:
                    raise ImportRefused(_WHY[workbook.TOO_WIDE])
                yield list(row)
    except UnicodeError as broken:
        raise ImportRefused(_NO_TEXT) from broken
    except csv.Error as broken:
        raise ImportRefused("Berkas CSV ini tidak terbaca sebagai tabel.") from broken


def _together(beginning: str, rest: Iterable[str]) -> Iterator[str]:
    yield from io.StringIO(beginning, newline="")
    yield from rest


def _delimiter(beginning: str) -> str:
    lines = beginning.splitlines()
    if lines and (told := _SEPARATOR_LINE.fullmatch(lines[0])) and told[1] in DELIMITERS:
        return told[1]
    most = max(lines, key=lambda line: max(map(line.count, DELIMITERS)), default="")
    header = next((line for line in lines if "nik" in line.casefold()), most)
    return max(DELIMITERS, key=header.count)
