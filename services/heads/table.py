"""What a line of a spreadsheet of heads says: its columns, its words, its dates."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice

from kernel import text
from kernel.errors import RuleBroken
from kernel.nik import Nik
from services.residents.imports import columns, sheets, values
from services.residents.imports.columns import Cell, as_text, heading_of
from services.residents.imports.problems import ImportRefused
from services.residents.imports.sheets import File
from services.residents.imports.workbook import TITLE_ROWS
from services.residents.place_codes import VillageNames, place_code
from tenants.office.models import Unit
from tenants.office.naming import printed
from tenants.office.roles import NEIGHBOURHOOD

MOST_LINES = 20_000
LONGEST_TERM = timedelta(days=366 * 12)

# Our own headings, in the order of the example file, with other usual ones.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "kelurahan": columns.COLUMNS["village"].aliases,
    "dusun": columns.COLUMNS["dusun"].aliases,
    "rw": columns.COLUMNS["rw"].aliases,
    "rt": columns.COLUMNS["rt"].aliases,
    "kode_unit": ("kode unit", "kode wilayah", "kode rt"),
    "jabatan": ("peran", "nama jabatan"),
    "nik": columns.COLUMNS["nik"].aliases,
    "nama": columns.COLUMNS["name"].aliases,
    "telepon": columns.COLUMNS["phone"].aliases,
    "no_sk": ("sk", "nomor sk", "no surat keputusan", "nomor keputusan", "no sk pengangkatan"),
    "tanggal_sk": ("tgl sk", "tanggal surat keputusan", "tanggal keputusan"),
    "mulai": ("sejak", "mulai menjabat", "tmt", "tanggal mulai", "awal masa jabatan"),
    "sampai": ("berakhir", "akhir masa jabatan", "sampai dengan", "tanggal berakhir", "hingga"),
}
_BY_KEY = {
    columns.key(spelling): field
    for field, aliases in FIELDS.items()
    for spelling in (field, *aliases)
}
IGNORED = ""


class Office(StrEnum):
    """What somebody is in a neighbourhood, as a line says it."""

    HEAD = "ketua"
    DEPUTY = "sekretaris"
    TREASURER = "bendahara"


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet of a file with the row that names its columns."""

    file: File
    sheet: int
    header: int  # from 0
    headings: list[tuple[str, str]]  # as the file says, and the field it fills

    def lines(self) -> Iterator[tuple[int, list[Cell]]]:
        """The lines below the headings that say anything, with their numbers."""
        rows = enumerate(sheets.rows_of(self.file, self.sheet), start=1)
        for number, cells in islice(rows, self.header + 1, None):
            if any(map(as_text, cells)):
                yield number, cells


def table_of(file: File) -> Table:
    """The sheet with a column of NIK. Raises ImportRefused."""
    for number, sheet in enumerate(sheets.sheets_of(file)):
        for place, row in enumerate(sheet.rows[: TITLE_ROWS + 1]):
            named = [(heading_of(cell), _field(cell)) for cell in row]
            fields = [field for _, field in named]
            if "nik" in fields:
                _require(fields)
                return Table(file, number, place, named)
    raise ImportRefused(
        "Tidak ada kolom “nik” di berkas ini. Pakai berkas contoh, atau beri nama kolomnya di "
        "baris pertama."
    )


def _field(cell: Cell) -> str:
    return _BY_KEY.get(columns.key(heading_of(cell)), IGNORED)


def _require(fields: Sequence[str]) -> None:
    twice = sorted({field for field in fields if field and fields.count(field) > 1})
    if twice:
        raise ImportRefused(f"Ada dua kolom {', '.join(twice)}. Hapus salah satunya.")
    has_place = "kode_unit" in fields or (
        "kelurahan" in fields and {"rt", "rw", "dusun"} & set(fields)
    )
    if not has_place:
        raise ImportRefused(
            "Berkas ini tidak menyebut wilayahnya: perlu kolom kode_unit, atau kolom kelurahan "
            "dengan rw dan rt."
        )


# --- one line -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """What one line says, read and complete; whether it is true is for ``checking``."""

    line: int
    nik: Nik
    name: str
    code: str  # of the unit
    office: Office
    phone: str
    decree: str
    decree_on: date | None
    since: date
    says_since: bool
    until: date | None


class Reader:
    """Reads lines of one city."""

    def __init__(self, villages: VillageNames, heads: Mapping[str, str], today: date) -> None:
        """``heads`` are the kinds of units by what their heads are called, folded."""
        self._villages, self._heads, self._today = villages, heads, today

    def read(self, line: int, headings: Sequence[Sequence[str]], cells: Sequence[Cell]) -> Typed:
        """Raises RuleBroken with the cure."""
        raw = {
            field: cell
            for (_, field), cell in zip(headings, cells, strict=False)
            if field != IGNORED
        }

        def typed(field: str) -> str:
            return values.typed(raw.get(field, ""))

        if not typed("nik"):
            raise RuleBroken("Kolom nik kosong. Isi NIK-nya.")
        nik = values.nik(raw["nik"])
        kind, office = self._post(typed("jabatan"))
        says_since = typed("mulai") != ""
        since = self._day(typed("mulai"), "mulai") if says_since else self._today
        until = self._day(typed("sampai"), "sampai") if typed("sampai") else None
        if until is not None and not since <= until <= since + LONGEST_TERM:
            raise RuleBroken(
                f"Kolom sampai ({until:%d-%m-%Y}) harus sesudah hari mulainya ({since:%d-%m-%Y}), "
                "paling lama dua belas tahun."
            )
        phone = values.phone(typed("telepon")) if typed("telepon") else ""
        return Typed(
            line=line,
            nik=nik,
            name=typed("nama")[:150],
            code=self._code(typed, kind),
            office=office,
            phone=f"0{phone}" if phone.startswith("8") else phone,  # a number cell drops the 0
            decree=printed(typed("no_sk"), "no_sk", 80),
            decree_on=self._day(typed("tanggal_sk"), "tanggal_sk") if typed("tanggal_sk") else None,
            since=since,
            says_since=says_since,
            until=until,
        )

    def _day(self, typed: str, what: str) -> date:
        return values.day(typed, f"Kolom {what}")

    def _post(self, typed: str) -> tuple[str, Office]:
        """The kind of unit ("" where the line's place says it), and what somebody is there."""
        word = text.squeeze(typed)
        if word in ("", "ketua", "kepala"):
            return "", Office.HEAD
        if word in self._heads:
            return self._heads[word], Office.HEAD
        beside = (Office.DEPUTY, Office.TREASURER)
        office = next((one for one in beside if word.startswith(one)), Office.HEAD)
        rest = word.removeprefix(office).removeprefix("ketua").removeprefix("kepala")
        if rest in NEIGHBOURHOOD or (office != Office.HEAD and rest == ""):
            return rest, office
        raise RuleBroken(
            f"Jabatan “{typed[:40]}” tidak dikenal. Tulis Ketua RT, Sekretaris RT, Bendahara RT, "
            "Ketua RW, atau kosongkan untuk ketuanya."
        )

    def _code(self, typed: Callable[[str], str], kind: str) -> str:
        if typed("kode_unit"):
            return typed("kode_unit").replace(" ", "").lower()
        if not typed("kelurahan"):
            raise RuleBroken("Kolom kelurahan kosong. Isi nama atau kode kelurahannya.")
        rw = values.neighbourhood(typed("rw"), "RW")
        rt = values.neighbourhood(typed("rt"), "RT")
        if kind == Unit.Kind.RW:
            rt = ""
        elif kind == Unit.Kind.DUSUN:
            rw = rt = ""
        missing = (kind == Unit.Kind.RT and not rt) or (kind == Unit.Kind.RW and not rw)
        missing = missing or (kind == Unit.Kind.DUSUN and not typed("dusun"))
        if missing or not (rw or rt or typed("dusun")):
            raise RuleBroken("Nomor RT, nomor RW, atau dusunnya kosong. Isi wilayah jabatannya.")
        village = self._villages.find(typed("kelurahan"))
        return place_code(village, rw=rw, rt=rt, dusun=typed("dusun")).rstrip("/")
