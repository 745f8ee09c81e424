"""The books of every office: agendas, registers, and what a month brought."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from kernel.text import in_capitals_and_small
from services.records import agenda, registers
from services.records.access import Reach
from services.records.agenda import Filters
from services.records.books import (
    Asked,
    Book,
    Cell,
    Column,
    Section,
    day_of,
    makers,
    numbered,
)
from services.records.periods import period
from services.records.registers import Wanted
from tenants.office.models import Unit

NIL = (
    "Pada {period} tidak ada permohonan yang masuk ke {unit}.",
    "Laporan ini dibuat sebagai tanda bahwa bulan itu sudah diperiksa.",
)


def filters_of(asked: Asked, reach: Reach) -> Filters:
    """As somebody may read them. Raises NotThere for an office that is not theirs."""
    if asked.unit:
        ids: Sequence[int] | None = [reach.unit(asked.unit).pk]
    else:
        ids = None if reach.whole_city else reach.ids
    return Filters(asked.year, ids, asked.month, asked.classification, asked.text)


def _unit(asked: Asked, reach: Reach) -> Unit | None:
    if not asked.unit:
        return reach.units[0] if len(reach.units) == 1 else None
    return reach.unit(asked.unit)


def _named(reach: Reach, unit: Unit | None) -> dict[int, str] | None:
    """Names of offices, where a book is of several."""
    return None if unit is not None else {one.pk: one.name for one in reach.units}


def outgoing(asked: Asked, reach: Reach, at: datetime) -> Book:
    """The agenda of outgoing letters."""
    filters, unit = filters_of(asked, reach), _unit(asked, reach)
    names = _named(reach, unit)
    columns = [
        Column("No.", 1, "number"), Column("Nomor surat", 5), Column("Tanggal", 2, "date"),
        Column("Klasifikasi", 3), Column("Perihal", 5), Column("Kepada atau pemohon", 5),
        Column("Penanda tangan", 4), Column("Keterangan", 4),
    ]  # fmt: skip
    if names is not None:
        columns.append(Column("Kantor", 4))

    def rows() -> Iterator[Sequence[Cell]]:
        for line in agenda.outgoing_lines(filters):
            party = line.party if line.entry_id else in_capitals_and_small(line.party)
            cells: list[Cell] = [
                line.number, line.day, line.classification, line.subject, party, line.signer,
                line.remark,
            ]  # fmt: skip
            yield cells if names is None else [*cells, names.get(line.unit_id, "")]

    section = Section(columns, lambda: numbered(rows()))
    count = agenda.outgoing_count(filters)
    return Book("Agenda surat keluar", asked.period, unit, [section], count)


def incoming(asked: Asked, reach: Reach, at: datetime) -> Book:
    """The agenda of incoming letters."""
    filters, unit = filters_of(asked, reach), _unit(asked, reach)
    names = _named(reach, unit)
    columns = [
        Column("No. agenda", 2), Column("Diterima", 2, "date"), Column("Nomor surat", 4),
        Column("Tanggal surat", 2, "date"), Column("Pengirim", 4), Column("Perihal", 5),
        Column("Klasifikasi", 2), Column("Diteruskan kepada", 4), Column("Keterangan", 4),
    ]  # fmt: skip
    if names is not None:
        columns.append(Column("Kantor", 4))

    def rows() -> Iterator[Sequence[Cell]]:
        for entry in agenda.incoming_lines(filters):
            remark = f"Dibatalkan: {entry.void_reason}" if entry.void_reason else entry.note
            cells: list[Cell] = [
                entry.agenda_number, entry.on, entry.number, entry.dated, entry.party,
                entry.subject, entry.classification, agenda.given_to(entry), remark,
            ]  # fmt: skip
            yield cells if names is None else [*cells, names.get(entry.unit_id, "")]

    section = Section(columns, rows)
    count = agenda.entries(agenda.IN, filters).count()
    return Book("Agenda surat masuk", asked.period, unit, [section], count)


def _wanted(asked: Asked, reach: Reach) -> Wanted:
    """Registers are of one office. Raises NotThere."""
    return Wanted(reach.unit(asked.unit), asked.year, asked.month, asked.topic)


def register(asked: Asked, reach: Reach, at: datetime) -> Book:
    """Every case that came to an office; of one service where one is chosen."""
    wanted = _wanted(asked, reach)
    columns = [
        Column("No.", 1, "number"), Column("Nomor", 3), Column("Masuk", 2, "date"),
        Column("Pemohon", 4), Column("Layanan", 5), Column("Kelurahan/desa", 3),
        Column("Keadaan", 3), Column("Selesai", 2, "date"), Column("Waktu", 3),
        Column("Tepat waktu", 2),
    ]  # fmt: skip

    def rows() -> Iterator[Sequence[Cell]]:
        for line in registers.lines(wanted, at=at):
            yield [
                str(line.case.number), day_of(line.came_at), in_capitals_and_small(line.applicant),
                line.summary.title, line.village, line.state, day_of(line.ended_at), line.term,
                {None: "", True: "terlambat", False: "tepat waktu"}[line.late],
            ]  # fmt: skip

    title = "Register permohonan"
    if asked.topic:
        title = f"Register {registers.titles().get(asked.topic, asked.topic)}"
    section = Section(columns, lambda: numbered(rows()))
    count = registers.arrivals(wanted).count()
    return Book(title, asked.period, wanted.unit, [section], count)


def monthly(asked: Asked, reach: Reach, at: datetime) -> Book:
    """Every service of an office with how many came in a month; NIHIL where none did."""
    wanted = _wanted(asked, reach)
    counts = registers.by_service(wanted)
    columns = [
        Column("No.", 1, "number"), Column("Layanan", 8), Column("Masuk", 2, "number"),
        Column("Selesai", 2, "number"), Column("Ditolak", 2, "number"),
        Column("Dibatalkan", 2, "number"), Column("Masih diproses", 2, "number"),
    ]  # fmt: skip

    def rows() -> Iterator[Sequence[Cell]]:
        for one in counts:
            yield [one.title, one.came, one.done, one.refused, one.withdrawn, one.running]

    def sums() -> Iterator[Sequence[Cell]]:
        yield from numbered(rows())
        if counts:
            yield [
                None, "Jumlah", sum(one.came for one in counts), sum(one.done for one in counts),
                sum(one.refused for one in counts), sum(one.withdrawn for one in counts),
                sum(one.running for one in counts),
            ]  # fmt: skip

    notes = () if counts else _nil(asked, wanted.unit)
    kind = "Register bulanan" if asked.month else "Register tahunan"
    section = Section(columns, sums)
    return Book(kind, asked.period, wanted.unit, [section], len(counts), notes, landscape=False)


def _nil(asked: Asked, unit: Unit) -> tuple[str, ...]:
    period = asked.period[0].lower() + asked.period[1:] if not asked.month else asked.period
    return tuple(words.format(period=period, unit=unit.name) for words in NIL)


def last_day(asked: Asked, today: date) -> date:
    """The day for which whoever signs is in office: the last of the period, or today in it."""
    _, after = period(asked.year, asked.month)
    return min(date.fromordinal(after.toordinal() - 1), today)


for _kind, _maker in (
    ("keluar", outgoing), ("masuk", incoming), ("register", register), ("bulanan", monthly),
):  # fmt: skip
    makers.add(_kind, _maker)
