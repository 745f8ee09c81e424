"""One row of the file as typed values, and what in it contradicts the NIK."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel.errors import RuleBroken
from kernel.nik import Nik
from services.residents.imports import values
from services.residents.imports.columns import REQUIRED, RawRow
from services.residents.places import Villages, place_code

MAY_BE_BLANK = ("rt", "rw")


@dataclass(frozen=True, slots=True)
class Row:
    """One checked row; numbers in the clear, only in memory.

    ``fields`` holds what the row says and nothing else: an absent column or a blank cell is no
    key. ``place`` is the code of the deepest place the row names.
    """

    line: int
    nik: str
    kk_number: str
    place: str
    address: str
    fields: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.fields["name"])


_CODED = {
    "religion": "agama",
    "marital": "status_kawin",
    "relation": "hubungan",
    "education": "pendidikan",
    "occupation": "pekerjaan",
    "citizenship": "kewarganegaraan",
    "status": "status_dasar",
}


def check(raw: RawRow, villages: Villages, *, today: date) -> tuple[Row, list[str]]:
    """The row, and its contradictions in words. Raises RuleBroken saying what is wrong."""
    for column in REQUIRED:
        if column not in MAY_BE_BLANK and not raw.text(column):
            raise RuleBroken(f"kolom {column} kosong")
    nik = values.nik(raw.cells["nik"])
    card = values.kk_number(raw.cells["no_kk"])
    village = villages.find(raw.text("kelurahan"))
    place = place_code(
        village.code,
        rw=values.neighbourhood(raw.text("rw"), "RW"),
        rt=values.neighbourhood(raw.text("rt"), "RT"),
        dusun=values.words(raw.text("dusun"), "dusun", limit=60),
    )
    fields: dict[str, Any] = {
        "name": values.words(raw.cells["nama"], "nama", limit=150, is_name=True),
        "sex": values.coded(raw.text("jenis_kelamin"), "jenis_kelamin"),
        "birth_place": values.words(raw.cells["tempat_lahir"], "tempat_lahir", limit=80),
        "birth_date": values.day(raw.text("tanggal_lahir"), "tanggal lahir", today=today),
    }
    for name, column in _CODED.items():
        if typed := raw.text(column):
            fields[name] = values.coded(typed, column)
    for name, column in (("father_name", "nama_ayah"), ("mother_name", "nama_ibu")):
        if typed := raw.text(column):
            fields[name] = values.words(typed, column, limit=150, is_name=True)
    if typed := raw.text("penduduk_sejak"):
        fields["resident_since"] = values.day(typed, "penduduk sejak", today=today)
    address = values.words(raw.cells["alamat"], "alamat", limit=200)
    row = Row(raw.line, nik.digits, card, place, address, fields)
    return row, _against(nik, fields["birth_date"], fields["sex"] == 2)


def _against(nik: Nik, born: date, female: bool) -> list[str]:
    """Where birth date and sex are not those in the NIK. People with a corrected birth date keep
    their NIK, so this is asked and not refused."""
    told = []
    if not nik.matches(born):
        said = f"tanggal lahir {born:%d-%m-%Y} lain dari tanggal di NIK "
        said += f"({nik.day:02d}-{nik.month:02d}-{nik.year2:02d})"
        swapped = (nik.month, nik.day) == (born.day, born.month) and born.day != born.month
        told.append(f"{said}; mungkin hari dan bulan tertukar" if swapped else said)
    if nik.female != female:
        told.append(
            f"jenis kelamin {'perempuan' if female else 'laki-laki'}, tetapi NIK-nya NIK "
            f"{'perempuan' if nik.female else 'laki-laki'}"
        )
    return told
