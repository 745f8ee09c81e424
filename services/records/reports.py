"""The PATEN report of a kecamatan and the report of numbers as books."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from kernel.errors import NotThere
from services.records import gaps, paten
from services.records.access import Reach
from services.records.books import Asked, Book, Cell, Column, Kind, Section, makers
from services.records.shelf import NIL
from tenants.office.models import Unit

LEGEND = (
    "Sisa awal ditambah masuk sama dengan selesai, ditolak, dibatalkan, dan sisa akhir. Tepat "
    "waktu dan terlambat menurut jangka waktu layanan, dihitung dari yang selesai atau ditolak "
    "bulan ini; layanan tanpa jangka waktu tidak dihitung. Median dalam hari kerja sejak masuk ke "
    "kecamatan."
)


def kecamatan_of(asked: Asked, reach: Reach) -> Unit:
    """Raises NotThere."""
    unit = reach.unit(asked.unit)
    if unit.kind != Unit.Kind.KECAMATAN:
        raise NotThere("Laporan PATEN dibuat per kecamatan.")
    return unit


def of_paten(asked: Asked, reach: Reach, at: datetime) -> Book:
    """The monthly PATEN report; NIHIL where nothing came, ran or ended."""
    unit = kecamatan_of(asked, reach)
    found = paten.report(unit, asked.year, asked.month)
    number: Kind = "number"
    columns = [
        Column("No.", 1, number), Column("Layanan", 6), Column("Sisa awal", 2, number),
        Column("Masuk", 2, number), Column("Selesai", 2, number), Column("Ditolak", 2, number),
        Column("Dibatalkan", 3, number), Column("Sisa akhir", 2, number),
        Column("Tepat waktu", 2, number), Column("Terlambat", 3, number),
        Column("Selesai di Camat", 2, number), Column("Diteruskan ke dinas", 4),
        Column("Retribusi diterima", 3, "rupiah"), Column("Median (hari kerja)", 2),
    ]  # fmt: skip

    def rows() -> Iterator[Sequence[Cell]]:
        for place, row in paten.rows_with_total(found):
            yield [
                place, row.title, row.before, row.came, row.done, row.refused, row.withdrawn,
                row.running, row.in_time, row.late, row.at_camat, row.sent_words, row.fees,
                row.median_words,
            ]  # fmt: skip

    nil = tuple(words.format(period=asked.period, unit=unit.name) for words in NIL)
    notes = nil if found.is_nil else (LEGEND,)
    section = Section(columns, rows)
    return Book("Laporan bulanan PATEN", asked.period, unit, [section], len(found.rows), notes)


def of_numbers(asked: Asked, reach: Reach, at: datetime) -> Book:
    """Every series of numbers of a year, and numbers on two letters."""
    units = [reach.unit(asked.unit)] if asked.unit else list(reach.units)
    unit = units[0] if len(units) == 1 else None
    names = {one.pk: one.name for one in units}
    whole_city = reach.whole_city and not asked.unit
    found = gaps.series(units, asked.year, whole_city=whole_city)
    twice = gaps.doubles(units, asked.year)
    number: Kind = "number"
    columns = [
        Column("Kantor atau unit", 5), Column("Deret nomor", 4), Column("Pertama", 2, number),
        Column("Terakhir", 2, number), Column("Jumlah", 2, number), Column("Nomor hilang", 4),
        Column("Tidak berlaku lagi", 7),
    ]  # fmt: skip

    def rows(kind: str) -> Iterator[Sequence[Cell]]:
        for one in found:
            if one.kind == kind:
                yield [
                    one.place, one.name, one.first, one.last, one.count,
                    one.missing_words or "tidak ada", one.void_words,
                ]  # fmt: skip

    def of_doubles() -> Iterator[Sequence[Cell]]:
        for one in twice:
            yield [names[one.unit_id], one.number, one.issued, one.noted]

    sections = [
        *(
            Section(columns, partial(rows, key), kind.label, "Belum ada nomor yang dipakai.")
            for key, kind in gaps.kinds_of(units, whole_city=whole_city).items()
        ),
        Section(
            [Column("Kantor", 4), Column("Nomor", 4), Column("Diterbitkan Balai", 5),
             Column("Dicatat dari luar", 5)],
            of_doubles, "Nomor ganda", "Tidak ada nomor ganda.",
        ),
    ]  # fmt: skip
    return Book("Laporan nomor", f"Tahun {asked.year}", unit, sections, len(found) + len(twice))


makers.add("paten", of_paten)
makers.add("nomor", of_numbers)
