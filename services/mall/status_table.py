"""What the lines of a list of statuses say. Constant memory but for the numbers themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from kernel import text
from kernel.errors import RuleBroken
from services.mall.systems import NEEDED, System, number_in_list, proposed
from services.residents.imports import sheets, values
from services.residents.imports.columns import Cell, as_text, heading_of
from services.residents.imports.problems import ImportRefused
from services.residents.imports.sheets import File
from services.residents.imports.workbook import TITLE_ROWS

MOST_LINES = 50_000
FAR = date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Named:
    """Where the headings of a file stand, and what each column is taken for."""

    sheet: int
    header: int
    columns: list[tuple[str, str]]


def named(file: File, system: System, remembered: dict[str, str]) -> Named:
    """The sheet and row whose headings say most. Raises ImportRefused for what holds no table."""
    found = [
        Named(number, place, list(zip(headings, fields, strict=True)))
        for number, sheet in enumerate(sheets.sheets_of(file))
        for place, row in enumerate(sheet.rows[: TITLE_ROWS + 1])
        if sum(map(bool, headings := [heading_of(cell) for cell in row])) >= 2
        for fields in [proposed(system, headings, remembered)]
    ]
    if not found:
        raise ImportRefused(
            "Berkas ini tidak berisi tabel. Perlu satu baris judul kolom, dan sedikitnya dua kolom."
        )
    return max(found, key=lambda one: sum(bool(field) for _, field in one.columns))


@dataclass(frozen=True, slots=True)
class Row:
    """A line that can be taken."""

    line: int
    number: str
    part: str
    status: str
    status_on: date | None
    expires_on: date | None

    @property
    def key(self) -> tuple[str, str]:
        return self.number, self.part


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be taken, and the cure."""

    line: int
    heading: str
    words: str


def rows_of(file: File, system: System, found: Named, as_of: date) -> Iterator[Row | Fault]:
    """The lines below the headings. Raises ImportRefused, possibly while iterating."""
    places = {field: place for place, (_, field) in enumerate(found.columns) if field}
    if any(field not in places for field in NEEDED):
        raise ImportRefused("Pilih dulu kolom nomor dan kolom statusnya.")
    seen: dict[tuple[str, str], tuple[int, int]] = {}
    lines = 0
    rows = enumerate(sheets.rows_of(file, found.sheet), start=1)
    for number, cells in islice(rows, found.header + 1, None):
        if not any(map(as_text, cells)):
            continue
        lines += 1
        if lines > MOST_LINES:
            raise ImportRefused(
                f"Paling banyak {MOST_LINES:,} baris. Bagi berkasnya.".replace(",", ".")
            )
        row = _row(number, cells, places, found, system, as_of)
        if isinstance(row, Fault):
            yield row
            continue
        told = hash((row.status, row.status_on, row.expires_on))
        first = seen.setdefault(row.key, (number, told))
        if first[0] == number:
            yield row
        elif first[1] != told:
            yield Fault(
                number, found.columns[places["number"]][0],
                f"Nomor ini sudah ada di baris {first[0]} dengan status lain. Sisakan satu.",
            )  # fmt: skip


def _row(
    line: int, cells: Sequence[Cell], places: dict[str, int], found: Named, system: System,
    as_of: date,
) -> Row | Fault:  # fmt: skip
    said: dict[str, str] = {}
    for field, place in places.items():
        said[field] = values.typed(cells[place]) if place < len(cells) else ""
    field = "number"
    try:
        number = number_in_list(system, said["number"])
        field = "status"
        status = text.line(said["status"])[:120]
        if not status:
            raise RuleBroken("Statusnya kosong. Isi, atau hapus baris ini.")
        field = "status_on"
        status_on = _day(said.get("status_on", ""), "Tanggal status", as_of)
        field = "expires_on"
        expires_on = _day(said.get("expires_on", ""), "Tanggal berakhir", FAR)
    except RuleBroken as wrong:
        return Fault(line, found.columns[places[field]][0], _sentence(wrong.message))
    return Row(line, number, text.line(said.get("part", ""))[:40], status, status_on, expires_on)


def _day(typed: str, what: str, latest: date) -> date | None:
    if not typed or values.is_no_day(typed):
        return None
    return values.day(typed, what, today=latest)


def _sentence(words: str) -> str:
    return words if words.endswith(".") else f"{words}."
