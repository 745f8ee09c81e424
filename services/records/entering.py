"""Noting letters in an agenda, correcting and striking out lines, giving letters to posts."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.identities import folded
from kernel.nik import holds_sixteen_digits
from kernel.text import line, unprintable
from services.cases import documents
from services.letters.numbering import incoming_scope, next_number
from services.records import files, filing, words
from services.records.access import NOT_YOURS, Reach
from services.records.models import AgendaEntry, ArchiveItem, Disposition, EntryScan
from services.residents.search.words import learn
from tenants.office.models import Post, Unit
from tenants.registry.current import city

IN, OUT = AgendaEntry.Direction.IN, AgendaEntry.Direction.OUT
INCOMING = "masuk"  # the series that numbers of incoming letters are of


@dataclass(frozen=True, slots=True)
class Told:
    """What an official writes of a letter."""

    number: str
    dated: date
    party: str
    subject: str
    on: date
    classification: str = ""
    note: str = ""


@transaction.atomic
def note(
    *, direction: str, unit_id: int, told: Told, file: documents.Accepted | None, reach: Reach,
    by: User, at: datetime,
) -> AgendaEntry:  # fmt: skip
    """A new line; an incoming letter gets the next number of its office and year. Raises NotThere,
    RuleBroken."""
    unit = reach.writable(unit_id)
    entry = AgendaEntry(direction=direction, unit=unit, entered_by=by, entered_at=at)
    _write(entry, told, at)
    entry.year = entry.on.year
    if entry.year < at.astimezone(city().tz).year - 1:
        raise RuleBroken("Untuk tahun-tahun yang lebih lama, catat di Register lama.", field="on")
    if direction == IN:
        entry.series = INCOMING
        entry.sequence = next_number(incoming_scope(unit, entry.year))
    _refuse_double(entry)
    entry.save()
    filing.file_entries([entry])
    if file is not None:
        EntryScan.objects.create(entry=entry, **files.kept(file, "", by, at))
    audit.record(
        "agenda.noted", actor=by, subject="agenda", subject_id=entry.pk,
        detail={"direction": str(direction), "unit": unit.pk},
    )  # fmt: skip
    return entry


@transaction.atomic
def correct(*, entry_id: int, told: Told, reach: Reach, by: User, at: datetime) -> AgendaEntry:
    """What is written of a letter; its agenda number and its year stay. Raises NotThere, Stale,
    RuleBroken."""
    entry = _locked(entry_id, reach)
    before = (entry.number, entry.dated, entry.party, entry.subject, entry.on)
    _write(entry, told, at)
    if entry.on.year != entry.year:
        raise RuleBroken(
            f"Harinya harus tetap di tahun {entry.year}, sebab nomor agendanya nomor tahun itu.",
            field="on",
        )
    _refuse_double(entry)
    entry.save()
    filing.refile(entry)
    fields = ("number", "dated", "party", "subject", "on")
    now = (entry.number, entry.dated, entry.party, entry.subject, entry.on)
    changed = [name for name, one, other in zip(fields, before, now, strict=True) if one != other]
    audit.record(
        "agenda.corrected", actor=by, subject="agenda", subject_id=entry.pk,
        detail={"fields": changed},
    )  # fmt: skip
    return entry


def _write(entry: AgendaEntry, told: Told, at: datetime) -> None:
    today = at.astimezone(city().tz).date()
    for field, text in (("number", told.number), ("party", told.party), ("subject", told.subject)):
        setattr(entry, field, _words(text, field))
        if not getattr(entry, field):
            raise RuleBroken("Bagian ini belum diisi.", field=field)
    entry.note = _words(told.note, "note")
    entry.classification = _words(told.classification, "classification").replace(" ", "")
    if told.on > today:
        raise RuleBroken("Hari ini belum tiba. Tulis hari yang sudah lewat.", field="on")
    if told.dated > told.on:
        which = "diterima" if entry.direction == IN else "dikirim"
        raise RuleBroken(
            f"Tanggal suratnya sesudah hari {which}. Periksa lagi keduanya.", field="dated"
        )
    entry.dated, entry.on = told.dated, told.on
    entry.search_keys = words.keys_of(entry.number, entry.party, entry.subject)
    learn([entry.party, entry.subject])


def _words(text: str, field: str) -> str:
    found = line(text)
    if sign := unprintable(found):
        raise RuleBroken(
            f"Tanda {sign} tidak dapat dicetak. Ganti dengan huruf biasa.", field=field
        )
    if field != "number" and holds_sixteen_digits(found):
        raise RuleBroken("Jangan menulis NIK atau nomor KK di agenda.", field=field)
    return found


def _refuse_double(entry: AgendaEntry) -> None:
    """Raises RuleBroken for a letter that stands in this agenda already."""
    same = AgendaEntry.objects.filter(
        direction=entry.direction, unit=entry.unit, dated=entry.dated, void_at=None
    ).exclude(pk=entry.pk)
    told = (folded(entry.number), folded(entry.party))
    known = next((one for one in same if (folded(one.number), folded(one.party)) == told), None)
    if known is not None:
        which = known.agenda_number or known.number
        raise RuleBroken(f"Surat ini sudah dicatat: {which}.", field="number")


@transaction.atomic
def strike_out(*, entry_id: int, reason: str, reach: Reach, by: User, at: datetime) -> AgendaEntry:
    """A line that was noted by mistake stays, with the reason; its number is not given again.
    Raises NotThere, Stale, RuleBroken."""
    entry = _locked(entry_id, reach)
    said = _words(reason, "reason")
    if len(said) < 5:
        raise RuleBroken("Tulis mengapa baris ini dibatalkan.", field="reason")
    entry.void_reason, entry.void_at, entry.void_by = said, at, by
    entry.save(update_fields=["void_reason", "void_at", "void_by"])
    audit.record("agenda.struck_out", actor=by, subject="agenda", subject_id=entry.pk)
    return entry


def _locked(entry_id: int, reach: Reach) -> AgendaEntry:
    rows = AgendaEntry.objects.select_for_update(of=("self",)).select_related("unit")
    entry = rows.filter(pk=entry_id).first()
    if entry is None or not reach.writes(entry.unit_id):
        raise NotThere(NOT_YOURS)
    if entry.void_at is not None:
        raise Stale("Baris ini sudah dibatalkan, jadi tidak diubah lagi.")
    if ArchiveItem.objects.filter(entry=entry, destroyed_at__isnull=False).exists():
        raise Stale("Arsip ini sudah dimusnahkan, jadi barisnya tidak diubah.")
    return entry


@transaction.atomic
def add_scan(
    *, entry_id: int, file: documents.Accepted, name: str, reach: Reach, by: User, at: datetime
) -> EntryScan:
    """Raises NotThere, Stale, RuleBroken."""
    entry = _locked(entry_id, reach)
    files.refuse_more(entry.scans.count())
    scan = EntryScan.objects.create(entry=entry, **files.kept(file, name, by, at))
    audit.record("agenda.scanned", actor=by, subject="agenda", subject_id=entry.pk)
    return scan


@transaction.atomic
def give(
    *, entry_id: int, post_id: int, instruction: str, reach: Reach, by: User, at: datetime
) -> Disposition:
    """An incoming letter goes to a post of its office, with what is to be done. Raises NotThere,
    Stale, RuleBroken."""
    entry = _locked(entry_id, reach)
    if entry.direction != IN:
        raise NotThere(NOT_YOURS)
    post = posts_at(entry.unit).filter(pk=post_id).first()
    if post is None:
        raise RuleBroken("Pilih jabatan di kantor ini.", field="post")
    said = _words(instruction, "instruction")
    if not said:
        raise RuleBroken("Tulis apa yang harus dilakukan.", field="instruction")
    given = Disposition.objects.create(entry=entry, post=post, instruction=said, by=by, at=at)
    audit.record(
        "agenda.given", actor=by, subject="agenda", subject_id=entry.pk, detail={"post": post.pk}
    )
    return given


def posts_at(unit: Unit) -> QuerySet[Post]:
    """The posts of an office to which its letters can be given."""
    return Post.objects.filter(unit=unit).order_by("title", "pk")
