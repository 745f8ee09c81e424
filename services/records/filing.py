"""What ended gets its row in the archive: when it happens, and each night what was left over."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from services.applications.models import IssuedLetter
from services.cases.kinds import kind_of, kinds
from services.cases.models import Case, Step
from services.letters.models import Letter
from services.records import registers, retention, words
from services.records.access import KINDS
from services.records.models import AgendaEntry, ArchiveItem, PaperRecord
from services.records.registers import ENDED
from services.records.retention import Schedule
from tenants.office import queries as office
from tenants.office.models import Unit
from tenants.registry.current import city

Kind = ArchiveItem.Kind
BATCH = 500
MOST = 20_000  # of one night


def _ready(items: Sequence[ArchiveItem], known: Schedule) -> Sequence[ArchiveItem]:
    for item in items:
        item.number, item.title = item.number[:100], item.title[:250]
        item.search_keys = words.keys_of(item.number, item.title, *_names(item))
    retention.classify(items, known)
    return items


def _names(item: ArchiveItem) -> list[str]:
    """Names by which people outside the register are found; those in it are found by it."""
    if item.paper is not None:
        return [item.paper.name, item.paper.address]
    return [item.entry.party] if item.entry is not None else []


def _write(items: Sequence[ArchiveItem]) -> None:
    """What is there already stays."""
    ArchiveItem.objects.bulk_create(items, batch_size=BATCH, ignore_conflicts=True)


# --- cases --------------------------------------------------------------------------------------


def file_cases(ids: Iterable[int]) -> None:
    """Rows of these cases, of those that have ended. Some queries for all."""
    wanted = Case.objects.filter(pk__in=list(ids), state__in=ENDED, finished_at__isnull=False)
    found = list(wanted.filter(number__isnull=False).values_list("pk", flat=True))
    if not found:
        return
    codes = dict(
        IssuedLetter.objects.filter(application__in=found)
        .order_by("-pk").values_list("application_id", "letter__classification")
    )  # fmt: skip
    last = Step.objects.filter(case__in=found, decided_at__isnull=False, unit__kind__in=KINDS)
    last = last.exclude(state=Step.State.SKIPPED).order_by("case_id", "-decided_at", "-pk")
    units = dict(last.distinct("case_id").values_list("case_id", "unit_id"))
    items, titles = [], registers.titles()
    for kind in kinds:
        rows: Any = kind.model._default_manager.filter(pk__in=found)
        for case in rows.select_related("unit", *kind.related):
            items.append(_of_case(case, titles, units.get(case.pk), codes.get(case.pk, "")))
    _write(_ready(items, retention.schedule()))


def _of_case(case: Case, titles: Mapping[str, str], unit_id: int | None, code: str) -> ArchiveItem:
    assert case.finished_at is not None
    topic = kind_of(case).topic(case)
    return ArchiveItem(
        kind=Kind.CASE, case_id=case.pk, unit_id=unit_id or _office_at(case.unit),
        closed_on=case.finished_at.astimezone(city().tz).date(), number=str(case.number),
        title=titles.get(topic, topic), topic=topic, code=code,
        person=kind_of(case).person(case),
    )  # fmt: skip


def _office_at(unit: Unit) -> int:
    """The office in whose archive something lies: of RT, RW and dusun their kelurahan or desa."""
    code = office.village_code(unit)
    return next((above for above in office.lineage(code) if above.code == code), unit).pk


# --- letters and lines --------------------------------------------------------------------------


def file_letters(ids: Iterable[int]) -> None:
    """Rows of these letters, of those that are finished. Two queries."""
    rows = Letter.objects.filter(pk__in=list(ids), state__in=Letter.FINISHED)
    rows = rows.select_related("unit", "person", "issued_from__application__version__service")
    items = [_of_letter(letter) for letter in rows.defer("content_sealed")]
    _write(_ready(items, retention.schedule()))


def _of_letter(letter: Letter) -> ArchiveItem:
    issued: IssuedLetter | None = getattr(letter, "issued_from", None)
    return ArchiveItem(
        kind=Kind.LETTER, letter=letter, unit_id=_office_at(letter.unit),
        closed_on=letter.issued_on,
        number=letter.number, title=letter.subject, code=letter.classification,
        person=letter.person,
        topic=issued.application.version.service.slug if issued is not None else "",
    )  # fmt: skip


def file_entries(rows: Iterable[AgendaEntry]) -> None:
    """Rows of lines of agendas."""
    items = [
        ArchiveItem(
            kind=entry.direction, entry=entry, unit_id=entry.unit_id, closed_on=entry.on,
            number=entry.agenda_number or entry.number,
            title=f"{entry.number}: {entry.subject}" if entry.agenda_number else entry.subject,
            code=entry.classification,
        )
        for entry in rows
    ]  # fmt: skip
    _write(_ready(items, retention.schedule()))


def file_papers(rows: Iterable[PaperRecord]) -> None:
    """Rows of lines of old registers."""
    items = [
        ArchiveItem(
            kind=Kind.PAPER, paper=record, unit_id=record.unit_id, number=record.number,
            closed_on=record.day or date(record.year, 12, 31), code=record.code,
            title=f"{record.get_kind_display()}: {record.about}",
        )
        for record in rows
    ]  # fmt: skip
    _write(_ready(items, retention.schedule()))


def refile(item_of: AgendaEntry | PaperRecord) -> None:
    """A line was corrected: its row in the archive is made anew, unless something hangs on it."""
    is_entry = isinstance(item_of, AgendaEntry)
    found = ArchiveItem.objects.filter(**{"entry" if is_entry else "paper": item_of})
    old = found.filter(destruction=None).first()
    if old is None:
        return
    if is_entry:
        assert isinstance(item_of, AgendaEntry)
        old.number = item_of.agenda_number or item_of.number
        old.title = (
            f"{item_of.number}: {item_of.subject}" if item_of.agenda_number else item_of.subject
        )
        old.code, old.closed_on, old.entry = item_of.classification, item_of.on, item_of
    else:
        assert isinstance(item_of, PaperRecord)
        old.number, old.code, old.paper = item_of.number, item_of.code, item_of
        old.closed_on = item_of.day or date(item_of.year, 12, 31)
        old.title = f"{item_of.get_kind_display()}: {item_of.about}"
    _ready([old], retention.schedule())
    old.save()


# --- each night ---------------------------------------------------------------------------------


def file_the_rest() -> int:
    """What ended and has no row yet, and rows of cases that go on again; how many were written."""
    again = ArchiveItem.objects.filter(case__isnull=False, destruction=None, holds=None)
    again.exclude(case__state__in=ENDED).delete()
    return _some_cases() + _some_letters()


def _some_cases() -> int:
    has_row = ArchiveItem.objects.filter(case=OuterRef("pk"))
    ended = Case.objects.filter(state__in=ENDED, number__isnull=False, finished_at__isnull=False)
    ids = list(ended.filter(~Exists(has_row)).order_by("pk").values_list("pk", flat=True)[:MOST])
    _in_batches(ids, file_cases)
    return len(ids)


def _some_letters() -> int:
    has_row = ArchiveItem.objects.filter(letter=OuterRef("pk"))
    done = Letter.objects.filter(~Exists(has_row), state__in=Letter.FINISHED)
    ids = list(done.order_by("pk").values_list("pk", flat=True)[:MOST])
    _in_batches(ids, file_letters)
    return len(ids)


def _in_batches(ids: Sequence[int], file: Any) -> None:
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            file(ids[start : start + BATCH])
