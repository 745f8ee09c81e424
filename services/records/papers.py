"""Lines of old registers: typed by hand, corrected, taken out, with scans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Upper

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.nik import holds_sixteen_digits
from kernel.text import line, unprintable
from services.cases import documents
from services.records import files, filing, words
from services.records.access import NOT_YOURS, Reach
from services.records.models import ArchiveItem, PaperRecord, PaperScan
from services.residents.search.words import learn
from tenants.office.models import Unit

FIRST_YEAR = 1945
KINDS = frozenset(PaperRecord.Kind.values)
LENGTHS = {
    "book": 120, "number": 100, "name": 150, "address": 200, "about": 250, "code": 40, "note": 300,
}  # fmt: skip
REQUIRED = ("book", "number", "name", "about")


@dataclass(frozen=True, slots=True)
class Told:
    """What a line of an old register says."""

    kind: str
    book: str
    number: str
    year: int
    day: date | None
    name: str
    about: str
    address: str = ""
    code: str = ""
    note: str = ""


def checked_text(text: str, field: str) -> str:
    """One text of a line, fit to keep. Raises RuleBroken of the field."""
    found = line(text)
    if not found and field in REQUIRED:
        raise RuleBroken("Bagian ini kosong.", field=field)
    if len(found) > LENGTHS[field]:
        raise RuleBroken(f"Paling panjang {LENGTHS[field]} huruf.", field=field)
    if sign := unprintable(found):
        raise RuleBroken(f"Tanda {sign} tidak dapat dicetak.", field=field)
    if field != "number" and holds_sixteen_digits(found):
        raise RuleBroken("Jangan menulis NIK atau nomor KK di sini.", field=field)
    return found


def checked_year(year: int, day: date | None, today: date) -> int:
    """Raises RuleBroken of the field."""
    if not FIRST_YEAR <= year <= today.year:
        raise RuleBroken(f"Tulis tahun antara {FIRST_YEAR} dan {today.year}.", field="year")
    if day is not None and day > today:
        raise RuleBroken("Tanggal ini belum tiba.", field="day")
    if day is not None and day.year != year:
        raise RuleBroken(f"Tanggalnya bukan di tahun {year}.", field="day")
    return year


def filled(record: PaperRecord, told: Told, today: date) -> PaperRecord:
    """A line as it is told (not saved). Raises RuleBroken of a field."""
    if told.kind not in KINDS:
        raise RuleBroken("Pilih jenisnya: ho, imb, atau lain.", field="kind")
    record.kind, record.day = told.kind, told.day
    record.year = checked_year(told.year, told.day, today)
    for field in LENGTHS:
        setattr(record, field, checked_text(getattr(told, field), field))
    record.code = record.code.replace(" ", "")
    record.search_keys = words.keys_of(
        record.number, record.name, record.address, record.about, record.book
    )
    return record


def known(unit: Unit, kind: str, year: int, number: str) -> QuerySet[PaperRecord]:
    """The line of this number, if there is one."""
    same = PaperRecord.objects.annotate(upper=Upper("number"))
    return same.filter(unit=unit, kind=kind, year=year, upper=number.upper())


@transaction.atomic
def note(
    *, unit_id: int, told: Told, file: documents.Accepted | None, reach: Reach, by: User,
    at: datetime, today: date,
) -> PaperRecord:  # fmt: skip
    """A new line. Raises NotThere, RuleBroken."""
    unit = reach.writable(unit_id)
    record = filled(PaperRecord(unit=unit, entered_by=by, entered_at=at), told, today)
    _refuse_double(record)
    record.save()
    learn([record.name, record.address, record.about])
    filing.file_papers([record])
    if file is not None:
        PaperScan.objects.create(record=record, **files.kept(file, "", by, at))
    audit.record("paper.noted", actor=by, subject="paper", subject_id=record.pk)
    return record


@transaction.atomic
def correct(
    *, record_id: int, told: Told, reach: Reach, by: User, at: datetime, today: date
) -> PaperRecord:
    """Raises NotThere, Stale, RuleBroken."""
    record = filled(_locked(record_id, reach), told, today)
    _refuse_double(record)
    record.changed_at = at
    record.save()
    learn([record.name, record.address, record.about])
    filing.refile(record)
    audit.record("paper.corrected", actor=by, subject="paper", subject_id=record.pk)
    return record


def _refuse_double(record: PaperRecord) -> None:
    same = known(record.unit, record.kind, record.year, record.number).exclude(pk=record.pk)
    if same.exists():
        raise RuleBroken(
            f"Nomor ini sudah ada di register lama tahun {record.year}.", field="number"
        )


@transaction.atomic
def remove(*, record_id: int, reach: Reach, by: User) -> None:
    """A line that was typed by mistake goes, with its scans; not one that is held, or proposed to
    be destroyed. Raises NotThere, Stale."""
    record = _locked(record_id, reach)
    item = ArchiveItem.objects.filter(paper=record).first()
    if item is not None and (item.destruction_id is not None or item.holds.exists()):
        raise Stale("Baris ini pernah ditahan atau diusulkan musnah, jadi tidak dihapus.")
    paths = list(record.scans.values_list("path", flat=True))
    audit.record(
        "paper.removed", actor=by, subject="paper", subject_id=record.pk,
        detail={"unit": record.unit_id, "year": record.year},
    )  # fmt: skip
    record.delete()
    transaction.on_commit(lambda: files.forget(paths))


@transaction.atomic
def add_scan(
    *, record_id: int, file: documents.Accepted, name: str, reach: Reach, by: User, at: datetime
) -> PaperScan:
    """Raises NotThere, Stale, RuleBroken."""
    record = _locked(record_id, reach)
    files.refuse_more(record.scans.count())
    scan = PaperScan.objects.create(record=record, **files.kept(file, name, by, at))
    audit.record("paper.scanned", actor=by, subject="paper", subject_id=record.pk)
    return scan


def _locked(record_id: int, reach: Reach) -> PaperRecord:
    rows = PaperRecord.objects.select_for_update(of=("self",)).select_related("unit")
    record = rows.filter(pk=record_id).first()
    if record is None or not reach.writes(record.unit_id):
        raise NotThere(NOT_YOURS)
    if ArchiveItem.objects.filter(paper=record, destroyed_at__isnull=False).exists():
        raise Stale("Arsip ini sudah dimusnahkan, jadi barisnya tidak diubah.")
    return record


def get(pk: int, unit_ids: list[int]) -> PaperRecord | None:
    """One line of these offices, with its scans."""
    rows = PaperRecord.objects.filter(pk=pk, unit__in=unit_ids)
    return rows.select_related("unit", "entered_by", "batch").prefetch_related("scans").first()


def lines(
    unit_ids: Sequence[int] | None, *, kind: str = "", text: str = ""
) -> QuerySet[PaperRecord]:
    """Lines of these offices, None: of the whole city; the newest years first."""
    found = PaperRecord.objects.select_related("unit")
    if unit_ids is not None:
        found = found.filter(unit__in=unit_ids)
    if kind:
        found = found.filter(kind=kind)
    if text:
        same = Q(upper=text.strip().upper())
        found = found.alias(upper=Upper("number")).filter(same | words.wanted(text))
    return found.order_by("-year", "-pk")
