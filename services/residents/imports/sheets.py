"""From the bytes of an uploaded file to rows of cells."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import TypeAlias
from zipfile import BadZipFile, ZipFile

from services.residents.imports import workbook
from services.residents.imports.problems import ImportRefused

Cell: TypeAlias = str | int | float
MAX_UNPACKED = 250_000_000  # bytes; 50,000 rows of all columns unpack to about 60 MB
WAIT = 120  # seconds

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SPLIT = "Bagi menjadi beberapa berkas, lalu impor satu per satu."
_BROKEN = "Berkas ini rusak atau bukan lembar kerja. Simpan ulang sebagai XLSX, lalu coba lagi."
_HEAVY = f"Berkas ini terlalu besar untuk dibaca. {_SPLIT}"
_WHY = {
    workbook.BROKEN: _BROKEN,
    workbook.LOCKED: "Berkas ini terkunci kata sandi. Simpan tanpa kata sandi, lalu coba lagi.",
    workbook.TOO_LONG: f"Berkas ini lebih dari {workbook.MAX_ROWS:,} baris. {_SPLIT}".replace(
        ",", ".", 1
    ),
    workbook.TOO_WIDE: f"Berkas ini lebih dari {workbook.MAX_COLUMNS} kolom. Hapus kolom yang "
    "tidak perlu, lalu coba lagi.",
    workbook.LONG_CELL: f"Berkas ini memuat sel yang lebih dari {workbook.MAX_CELL} huruf. "
    "Perbaiki sel itu, lalu coba lagi.",
}


def read(content: bytes) -> Iterator[list[Cell]]:
    """Every row of a spreadsheet, blank ones too, so that counting them gives line numbers.

    Raises ImportRefused, possibly while iterating.
    """
    if content[:4] in (_ZIP, _OLE):
        return _workbook_rows(content)
    return _csv_rows(content)


def _workbook_rows(content: bytes) -> Iterator[list[Cell]]:
    if content[:4] == _ZIP:
        try:
            with ZipFile(io.BytesIO(content)) as archive:
                if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                    raise ImportRefused(_HEAVY)
        except (BadZipFile, ValueError, OSError, NotImplementedError) as broken:
            raise ImportRefused(_BROKEN) from broken
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            [sys.executable, "-P", "-m", workbook.__name__],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WAIT,
            env={"PYTHONIOENCODING": "utf-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        raise ImportRefused(_HEAVY) from slow
    if done.returncode:
        raise ImportRefused(_WHY.get(done.returncode, _HEAVY))
    for line in done.stdout.splitlines():
        yield ["" if cell is None else cell for cell in json.loads(line)]


def _csv_rows(content: bytes) -> Iterator[list[Cell]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise ImportRefused(
            "Berkas ini bukan XLSX, XLS, ODS, atau CSV (UTF-8). Di Excel pilih Simpan Sebagai, "
            "“CSV UTF-8”."
        ) from broken
    if "\x00" in text:
        raise ImportRefused(_BROKEN)
    top = text.splitlines()[: workbook.TITLE_ROWS + 1]
    header = next((line for line in top if "nik" in line.casefold()), "".join(top[:1]))
    try:
        delimiter = max(";,\t", key=header.count)
        for count, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter)):
            if count > workbook.MAX_ROWS * 4:  # blank rows included
                raise ImportRefused(_WHY[workbook.TOO_LONG])
            yield list(row)
    except csv.Error as broken:
        raise ImportRefused("Berkas CSV ini tidak terbaca sebagai tabel.") from broken
