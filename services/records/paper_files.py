"""Old registers from spreadsheets: checked line by line, written when somebody agrees, and taken
back as a whole.

A worker reads the file in one transaction and notes each fault by line and column; nothing is
written before an official agrees. Lines without a fault go in then, the others are left out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Upper

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.tanggal import read_date
from messaging import outbox
from services.records import filing, papers
from services.records.access import NOT_YOURS, Reach
from services.records.models import ArchiveItem, PaperImport, PaperRecord
from services.records.papers import Told
from services.residents.imports import columns, sheets
from services.residents.imports import files as kept_files
from services.residents.imports.columns import Cell, as_text
from services.residents.imports.problems import ImportRefused
from services.residents.imports.sheets import File
from services.residents.imports.tables import FAULT, Kept, ending, keeping
from services.residents.imports.workbook import TITLE_ROWS
from services.residents.search.words import learn
from tenants.office.models import Unit
from tenants.registry.current import city

KIND = "records.paper"
FOLDER = "register-lama"  # below the city's: sealed files under way
MOST_LINES = 20_000
MOST_FAULTS = 500  # that are listed
BATCH = 1000
WAITS = timedelta(days=7)  # for somebody who agrees
State = PaperImport.State

# Our own headings, in the order of the template, with other usual ones.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "jenis": ("jenis izin", "kind"),
    "nomor": ("nomor izin", "nomor surat", "no", "no izin", "no surat"),
    "tahun": ("thn",),
    "tanggal": ("tgl", "tanggal izin", "tanggal surat"),
    "nama": ("nama pemegang", "nama pemohon", "pemegang izin"),
    "alamat": ("lokasi", "alamat pemegang"),
    "perihal": ("tentang", "uraian", "usaha", "peruntukan"),
    "klasifikasi": ("kode klasifikasi", "kode"),
    "keterangan": ("catatan", "ket"),
}
_BY_KEY = {
    columns.key(spelling): field
    for field, aliases in FIELDS.items()
    for spelling in (field, *aliases)
}
REQUIRED = ("nomor", "nama", "perihal")
EXAMPLE = (
    "imb", "503/0142/IMB/1998", "1998", "14-03-1998", "Contoh Nama", "Jalan Contoh 12",
    "Rumah tinggal satu lantai", "503", "Hapus baris contoh ini",
)  # fmt: skip
# The column of the spreadsheet that a rule's field is.
_COLUMN = {
    "kind": "jenis", "number": "nomor", "year": "tahun", "day": "tanggal", "name": "nama",
    "address": "alamat", "about": "perihal", "code": "klasifikasi", "note": "keterangan",
    "book": "jenis",
}  # fmt: skip


# --- what people decide -------------------------------------------------------------------------


def upload(
    *, unit_id: int, kind: str, book: str, name: str, chunks: Iterable[bytes], reach: Reach,
    by: User, at: datetime,
) -> PaperImport:  # fmt: skip
    """Keep a file sealed and have a worker check it. Raises NotThere, ImportRefused for what is no
    table, RuleBroken while another file of the office is under way."""
    unit = reach.writable(unit_id)
    title = papers.checked_text(book, "book")
    if kind not in papers.KINDS:
        raise RuleBroken("Pilih jenisnya.", field="kind")
    try:
        with keeping(chunks, FOLDER) as kept, transaction.atomic():
            made = PaperImport.objects.create(
                unit=unit, kind=kind, book=title, name=name[:200], path=kept.path,
                encoding=kept.encoding, by=by, at=at,
            )  # fmt: skip
            audit.record("paper.uploaded", actor=by, subject="paper_import", subject_id=made.pk)
            _order(made)
    except IntegrityError as busy:
        raise RuleBroken(
            "Berkas lain kantor ini sedang diproses. Selesaikan atau batalkan dulu.", field="file"
        ) from busy
    return made


@transaction.atomic
def accept(*, pk: int, reach: Reach, by: User) -> PaperImport:
    """Write the lines without a fault. Raises NotThere, Stale."""
    found = _locked(pk, reach, State.CHECKED)
    if not found.good:
        raise RuleBroken("Tidak ada baris yang dapat dimasukkan. Perbaiki berkasnya.")
    _move(found, State.WRITING)
    found.save()
    audit.record("paper.accepted", actor=by, subject="paper_import", subject_id=found.pk)
    _order(found)
    return found


@transaction.atomic
def cancel(*, pk: int, reach: Reach, by: User) -> PaperImport:
    """Forget a file of which nothing was written. Raises NotThere, Stale."""
    found = _locked(pk, reach, State.READING, State.CHECKED)
    _close(found, State.CANCELLED)
    audit.record("paper.cancelled", actor=by, subject="paper_import", subject_id=found.pk)
    return found


@transaction.atomic
def undo(*, pk: int, reach: Reach, by: User) -> int:
    """Take back every line of an import; how many. Not once one of them was corrected, scanned,
    held or proposed to be destroyed. Raises NotThere, Stale."""
    found = _locked(pk, reach, State.DONE)
    rows = PaperRecord.objects.filter(batch=found)
    touched = (
        rows.filter(changed_at__isnull=False).exists()
        or rows.filter(scans__isnull=False).exists()
        or ArchiveItem.objects.filter(paper__batch=found).exclude(destruction=None, holds=None)
        .exists()
    )  # fmt: skip
    if touched:
        raise Stale(
            "Sebagian barisnya sudah diperbaiki, dipindai, ditahan, atau diusulkan musnah. Hapus "
            "yang keliru satu per satu."
        )
    count = rows.count()
    ArchiveItem.objects.filter(paper__batch=found).delete()
    rows.delete()
    _move(found, State.UNDONE)
    found.save()
    audit.record(
        "paper.undone", actor=by, subject="paper_import", subject_id=found.pk,
        detail={"lines": count},
    )  # fmt: skip
    return count


def _locked(pk: int, reach: Reach, *states: str) -> PaperImport:
    rows = PaperImport.objects.select_for_update(of=("self",)).select_related("unit")
    found = rows.filter(pk=pk).first()
    if found is None or not reach.writes(found.unit_id):
        raise NotThere(NOT_YOURS)
    if found.state not in states:
        raise Stale("Berkas ini sudah diteruskan atau sudah selesai. Muat ulang halamannya.")
    return found


def get(pk: int, reach: Reach) -> PaperImport:
    """Raises NotThere."""
    rows = PaperImport.objects.filter(pk=pk, unit__in=[unit.pk for unit in reach.own])
    found = rows.select_related("unit", "by").first()
    if found is None:
        raise NotThere(NOT_YOURS)
    return found


def _order(found: PaperImport) -> None:
    outbox.enqueue(KIND, {"file": found.pk}, key=f"paper:{found.pk}:{found.state}")


def _move(found: PaperImport, state: str) -> None:
    found.state, found.moved_at = state, now()


def _close(found: PaperImport, state: str) -> None:
    path, found.path = found.path, ""
    _move(found, state)
    found.save()
    transaction.on_commit(lambda: kept_files.forget(path))


# --- what a worker does -------------------------------------------------------------------------


@transaction.atomic
def step(payload: Mapping[str, Any]) -> None:
    """Check a file, or write its lines."""
    rows = PaperImport.objects.select_for_update(of=("self",)).select_related("unit", "by")
    found = rows.filter(pk=payload["file"]).first()
    if found is None or not found.is_moving:
        return
    today = now().astimezone(city().tz).date()
    with ending(partial(_fail, found)), transaction.atomic():
        if found.state == State.READING:
            _check(found, today)
        else:
            _write(found, today)


def gave_up(payload: Mapping[str, Any], error: str) -> None:
    """After the last attempt."""
    found = PaperImport.objects.select_for_update().filter(pk=payload["file"]).first()
    if found is not None and found.is_moving:
        _fail(found, FAULT)


def _fail(found: PaperImport, message: str) -> None:
    found.message = message[:300]
    _close(found, State.FAILED)


def _check(found: PaperImport, today: date) -> None:
    """Read every line; note faults, write nothing. Raises ImportRefused."""
    reader = _Reader(found, today)
    for number, record, faults in reader.lines():
        found.lines += 1
        if record is None:
            found.faulty += 1
            room = MOST_FAULTS - len(found.faults)
            found.faults += [[number, column, words] for column, words in faults[: max(0, room)]]
        else:
            found.good += 1
    if not found.lines:
        raise ImportRefused("Berkas ini tidak berisi satu pun baris di bawah judul kolomnya.")
    _move(found, State.CHECKED)
    found.save()


def _write(found: PaperImport, today: date) -> None:
    """Write the lines without a fault. They are looked at once more: the archive may have changed
    since."""
    reader = _Reader(found, today)
    waiting: list[PaperRecord] = []
    moment = now()
    for number, record, _ in reader.lines():
        if record is None:
            continue
        record.batch, record.line = found, number
        record.entered_by, record.entered_at = found.by, moment
        waiting.append(record)
        if len(waiting) == BATCH:
            found.written += _flush(waiting)
            waiting = []
    found.written += _flush(waiting)
    audit.record(
        "paper.imported", actor=found.by, subject="paper_import", subject_id=found.pk,
        detail={"lines": found.written},
    )  # fmt: skip
    _close(found, State.DONE)


def _flush(records: Sequence[PaperRecord]) -> int:
    if records:
        learn(text for one in records for text in (one.name, one.address, one.about))
        filing.file_papers(PaperRecord.objects.bulk_create(records))
    return len(records)


Fault = tuple[str, str]  # column and words


class _Reader:
    """Reads the lines of a file as those of one office."""

    def __init__(self, found: PaperImport, today: date) -> None:
        self._import, self._today = found, today
        self._unit: Unit = found.unit
        self._seen: Counter[tuple[str, int, str]] = Counter()
        known = PaperRecord.objects.filter(unit=self._unit).annotate(upper=Upper("number"))
        self._known = set(known.values_list("kind", "year", "upper"))

    def lines(self) -> Iterator[tuple[int, PaperRecord | None, list[Fault]]]:
        """Each line below the headings with its number: what it says, or its faults. Raises
        ImportRefused."""
        file = Kept(self._import.path, self._import.encoding).file
        sheet, header, fields = _headings(file)
        rows = enumerate(sheets.rows_of(file, sheet), start=1)
        count = 0
        for number, cells in islice(rows, header + 1, None):
            if not any(map(as_text, cells)):
                continue
            count += 1
            if count > MOST_LINES:
                raise ImportRefused(
                    f"Paling banyak {MOST_LINES:,} baris. Bagi berkasnya.".replace(",", ".")
                )
            record, faults = self._read(dict(zip(fields, cells, strict=False)))
            yield number, record, faults

    def _read(self, cells: Mapping[str, Cell]) -> tuple[PaperRecord | None, list[Fault]]:
        text = {field: as_text(cells.get(field, "")) for field in FIELDS}
        faults = [(field, "Kolom ini kosong.") for field in REQUIRED if not text[field]]
        day, year = self._when(text["tanggal"], text["tahun"], faults)
        kind = text["jenis"].casefold() or self._import.kind
        told = Told(
            kind, self._import.book, text["nomor"], year, day, text["nama"], text["perihal"],
            text["alamat"], text["klasifikasi"], text["keterangan"],
        )  # fmt: skip
        record = PaperRecord(unit=self._unit)
        faults += _faults(record, told, self._today, {column for column, _ in faults})
        if not faults:
            key = (record.kind, record.year, record.number.upper())
            self._seen[key] += 1
            if key in self._known:
                faults.append(("nomor", "Nomor ini sudah ada di register lama kantor ini."))
            elif self._seen[key] > 1:
                faults.append(("nomor", "Nomor ini dua kali di berkas ini."))
        return (None, faults) if faults else (record, [])

    def _when(self, day: str, year: str, faults: list[Fault]) -> tuple[date | None, int]:
        found = read_date(day.removesuffix(" 00:00:00")) if day else None
        if day and found is None:
            faults.append(("tanggal", "Tidak terbaca; tulis seperti 14-03-1998."))
        if year.isascii() and year.isdigit() and len(year) == 4:
            return found, int(year)
        if year:
            faults.append(("tahun", "Tulis tahunnya dengan empat angka."))
        elif found is None and not day:
            faults.append(("tahun", "Isi tahun atau tanggalnya."))
        return found, found.year if found is not None else 0


def _faults(record: PaperRecord, told: Told, today: date, known: set[str]) -> list[Fault]:
    """Every fault of a line that is not known yet, one a column."""
    faults: dict[str, str] = {}
    try:
        papers.filled(record, told, today)
    except RuleBroken:
        pass
    else:
        return []
    for field in papers.LENGTHS:
        try:
            papers.checked_text(getattr(told, field), field)
        except RuleBroken as broken:
            faults.setdefault(_COLUMN[field], broken.message)
    if told.kind not in papers.KINDS:
        faults["jenis"] = "Tulis ho, imb, atau lain; atau kosongkan."
    if not {"tahun", "tanggal"} & known:
        try:
            papers.checked_year(told.year, told.day, today)
        except RuleBroken as broken:
            faults.setdefault(_COLUMN[broken.field or "year"], broken.message)
    return [(column, words) for column, words in faults.items() if column not in known]


def _headings(file: File) -> tuple[int, int, list[str]]:
    """The sheet and the row that name the columns, and the field of each. Raises ImportRefused."""
    for number, sheet in enumerate(sheets.sheets_of(file)):
        for place, row in enumerate(sheet.rows[: TITLE_ROWS + 1]):
            fields = [_BY_KEY.get(columns.key(as_text(cell)), "") for cell in row]
            if not {"nomor", "nama"} <= set(fields):
                continue
            twice = sorted({one for one in fields if one and fields.count(one) > 1})
            if twice:
                raise ImportRefused(f"Ada dua kolom {', '.join(twice)}. Hapus salah satunya.")
            missing = [one for one in REQUIRED if one not in fields]
            if missing:
                raise ImportRefused(f"Kolom {', '.join(missing)} tidak ada di berkas ini.")
            return number, place, fields
    raise ImportRefused(
        "Tidak ada baris judul dengan kolom “nomor” dan “nama”. Pakai berkas contoh."
    )


# --- by the clock -------------------------------------------------------------------------------


def tidy(*, at: datetime) -> None:
    """Files nobody goes on with are forgotten."""
    old = PaperImport.objects.filter(state=State.CHECKED, moved_at__lt=at - WAITS)
    for found in old:
        _close(found, State.CANCELLED)


def hold_rotation() -> str:
    """Why the city's key cannot be exchanged now: a file under way is sealed with it."""
    waits = PaperImport.objects.exclude(path="").exists()
    return "berkas register lama sedang diproses. Selesaikan atau batalkan dulu." if waits else ""
