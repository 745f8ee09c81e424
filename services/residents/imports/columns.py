"""Which columns a file has, and its rows by column name."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice

from kernel import text
from services.residents.imports import sheets, workbook
from services.residents.imports.problems import ImportRefused
from services.residents.imports.sheets import Cell
from tenants.office.kinds import DUSUN_WORDS, VILLAGE_WORDS

REQUIRED = ("nik", "no_kk", "nama", "jenis_kelamin", "tempat_lahir", "tanggal_lahir", "alamat",
            "rt", "rw", "kelurahan")  # fmt: skip
OPTIONAL = ("dusun", "agama", "status_kawin", "hubungan", "pendidikan", "pekerjaan", "nama_ayah",
            "nama_ibu", "kewarganegaraan", "penduduk_sejak", "status_dasar")  # fmt: skip
COLUMNS = REQUIRED + OPTIONAL

# Headings of other systems, only to say which of our columns may be meant. They are not read:
# a column of another system may hold something else under the same name.
_ELSEWHERE = {
    "nomor_induk_kependudukan": "nik",
    "nokk": "no_kk",
    "nomor_kk": "no_kk",
    "nama_lengkap": "nama",
    "nama_lgkp": "nama",
    "jk": "jenis_kelamin",
    "sex": "jenis_kelamin",
    "tgl_lahir": "tanggal_lahir",
    "tanggallahir": "tanggal_lahir",
    "tempatlahir": "tempat_lahir",
    "nama_dusun": "dusun",
    "status_perkawinan": "status_kawin",
    "shdk": "hubungan",
    "hubungan_keluarga": "hubungan",
    "pendidikan_akhir": "pendidikan",
    "pendidikan_kk": "pendidikan",
    "jenis_pekerjaan": "pekerjaan",
    "nama_lengkap_ayah": "nama_ayah",
    "nama_lengkap_ibu": "nama_ibu",
    "warganegara": "kewarganegaraan",
    "status": "status_dasar",
    "status_penduduk": "status_dasar",
}


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as the file has it. ``line`` is the row number the spreadsheet shows."""

    line: int
    cells: dict[str, Cell] = field(default_factory=dict)

    def text(self, column: str) -> str:
        """A cell as one line of text; "" when absent, blank or a dash."""
        found = as_text(self.cells.get(column, ""))
        return "" if found in ("-", "–", "—") else found


def as_text(cell: Cell) -> str:
    """A cell as one line; a whole number without ".0"."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return text.line(str(cell))


def table(name: str, content: bytes) -> list[RawRow]:
    """The rows of a file below its headings, blank ones left out. Raises ImportRefused."""
    rows = enumerate(sheets.read(content), start=1)
    top = list(islice(rows, workbook.TITLE_ROWS + 1))
    at = next((n for n, (_, row) in enumerate(top) if workbook.has_headings(row)), 0)
    header = [_heading(cell) for cell in top[at][1]] if top else []
    _check(name, header)
    found: list[RawRow] = []
    for line, cells in [*top[at + 1 :], *rows]:
        if not any(as_text(cell) for cell in cells):
            continue
        named = dict(zip(header, cells, strict=False))
        if named.pop("", "") or any(as_text(cell) for cell in cells[len(header) :]):
            raise ImportRefused(
                f"Baris {line} berisi sel di luar kolom yang bernama. Hapus sel itu, atau beri "
                "kolomnya nama."
            )
        found.append(RawRow(line, named))
        if len(found) > workbook.MAX_ROWS:
            limit = f"{workbook.MAX_ROWS:,}".replace(",", ".")
            raise ImportRefused(
                f"Berkas ini lebih dari {limit} baris. Bagi menjadi beberapa berkas, lalu impor "
                "satu per satu."
            )
    if not found:
        raise ImportRefused(f"{name} tidak berisi satu pun penduduk.")
    return found


# What a village and a part of it are called elsewhere names the same column.
_CALLED = {
    **{word.replace(" ", "_"): "dusun" for word in DUSUN_WORDS},
    "banjar": "dusun",
    **dict.fromkeys(VILLAGE_WORDS, "kelurahan"),
    "dusun": "dusun",
}


def _heading(cell: Cell) -> str:
    typed = as_text(cell).casefold().replace(" ", "_")
    return _CALLED.get(typed, typed)


def _check(name: str, header: list[str]) -> None:
    missing = [column for column in REQUIRED if column not in header]
    unknown = [heading for heading in header if heading and heading not in COLUMNS]
    twice = {heading for heading in header if heading and header.count(heading) > 1}
    told = []
    if missing:
        told.append(
            f"Baris pertama {name} harus memuat nama kolom. Yang belum ada: {', '.join(missing)}."
        )
    if unknown:
        told.append(
            f"Kolom yang tidak dikenal: {', '.join(map(_meant, unknown))}. Ganti namanya, atau "
            "hapus kolomnya."
        )
    if twice:
        told.append(f"Kolom yang ada dua kali: {', '.join(sorted(twice))}. Hapus salah satunya.")
    if told:
        raise ImportRefused(" ".join(told))


def _meant(heading: str) -> str:
    close = get_close_matches(heading, COLUMNS, n=1, cutoff=0.75)
    meant = _ELSEWHERE.get(heading) or next(iter(close), "")
    shown = heading[:40]
    return f"{shown} (maksudnya {meant}?)" if meant else shown
