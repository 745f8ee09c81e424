"""Rows of an import file."""

import csv
import io
from collections.abc import Sequence
from typing import Any

HEAD = {
    "nik": "6474010808800212", "no_kk": "6474011203180212", "nama": "Rahmat Kurnia",
    "jenis_kelamin": "L", "tempat_lahir": "Bontang", "tanggal_lahir": "1980-08-08",
    "alamat": "Jalan Rawa Indah 7", "rt": "001", "rw": "009", "kelurahan": "64.74.01.1006",
    "hubungan": "Kepala keluarga", "agama": "Islam",
}  # fmt: skip
WIFE = HEAD | {
    "nik": "6474014911820213", "nama": "Siti Aminah", "jenis_kelamin": "P",
    "tanggal_lahir": "1982-11-09", "hubungan": "Istri",
}  # fmt: skip
FAMILY = [HEAD, WIFE]


def as_csv(table: Sequence[dict[str, Any]], delimiter: str = ",") -> bytes:
    """The rows with every column one of them has."""
    out = io.StringIO()
    columns = list(dict.fromkeys(name for row in table for name in row))
    writer = csv.DictWriter(out, columns, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode("utf-8-sig")
