"""The agendas of outgoing and incoming letters: which lines, a page of them, all in order.

Outgoing letters lie in two tables: those Balai issued (``letters``), revoked ones too, and those
that were written elsewhere and noted by hand. A page takes as many keys of each as it may need
from their indexes, and reads the lines of the page alone.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Prefetch, QuerySet

from services.inbox.lists import PER_PAGE, Slice, Total
from services.letters.models import Letter
from services.letters.rules import initials
from services.records import archive, words
from services.records.access import KINDS
from services.records.models import AgendaEntry, ArchiveItem, Disposition
from services.records.periods import period

IN, OUT = AgendaEntry.Direction.IN, AgendaEntry.Direction.OUT
AT_ONCE = 500  # lines that an export reads together
Key = tuple[date, int, int]  # the day, which table, the row: the order of the agenda


@dataclass(frozen=True, slots=True)
class Filters:
    """Which part of an agenda is wanted. ``unit_ids`` None: of the whole city."""

    year: int
    unit_ids: Sequence[int] | None
    month: int = 0
    classification: str = ""
    text: str = ""
    post_ids: Sequence[int] | None = None  # incoming letters given to one of these posts

    @property
    def period(self) -> tuple[date, date]:
        """The first day, and the first day after the last."""
        return period(self.year, self.month)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the agenda of outgoing letters."""

    number: str
    day: date
    classification: str
    subject: str
    party: str  # as books print it
    signer: str
    unit_id: int
    remark: str
    entry_id: int = 0  # 0: Balai issued it
    is_void: bool = False

    @property
    def masked(self) -> str:
        """Residents as lists show them; whom a letter noted by hand was written to as it is."""
        return self.party if self.entry_id else initials(self.party)


def letters(filters: Filters) -> QuerySet[Letter]:
    """Letters Balai issued, newest first."""
    first, after = filters.period
    found = Letter.objects.filter(issued_on__gte=first, issued_on__lt=after)
    if filters.unit_ids is not None:
        found = found.filter(unit__in=filters.unit_ids)
    else:  # those of RT and RW have books of their own
        found = found.filter(unit__kind__in=KINDS)
    if filters.classification:
        found = found.filter(classification__startswith=filters.classification)
    if filters.text:
        found = found.filter(pk__in=archive.items(_in_archive(filters)).values("letter"))
    return found.order_by("-issued_on", "-pk")


def _in_archive(filters: Filters) -> archive.Filters:
    """The rows of letters in the archive: they are found by number and words."""
    return archive.Filters(
        filters.unit_ids, filters.year, ArchiveItem.Kind.LETTER, text=filters.text
    )


def entries(direction: str, filters: Filters) -> QuerySet[AgendaEntry]:
    """Lines that were noted by hand, newest first."""
    first, after = filters.period
    found = AgendaEntry.objects.filter(direction=direction, on__gte=first, on__lt=after)
    if filters.unit_ids is not None:
        found = found.filter(unit__in=filters.unit_ids)
    if filters.classification:
        found = found.filter(classification__startswith=filters.classification)
    if filters.text:
        found = found.filter(words.wanted(filters.text))
    if filters.post_ids is not None:
        given = Disposition.objects.filter(post__in=filters.post_ids)
        found = found.filter(pk__in=given.values("entry"))
    return found.order_by("-on", "-pk")


# --- outgoing -----------------------------------------------------------------------------------


def outgoing_page(filters: Filters, number: int) -> Slice[Line]:
    """A page of the agenda of outgoing letters, newest first. Five queries at most."""
    start = (number - 1) * PER_PAGE
    stop = start + PER_PAGE + 1
    keys = heapq.merge(_keys_of_letters(filters, stop), _keys_of_entries(filters, stop))
    wanted = list(islice(keys, start, stop))
    lines = _lines(wanted[:PER_PAGE])
    return Slice(lines, number, len(wanted) > PER_PAGE, Total(None))


def _keys_of_letters(filters: Filters, most: int) -> Iterator[tuple[int, int, int]]:
    found = letters(filters)
    if filters.text:  # the first page alone
        ids = archive.first_ids(_in_archive(filters), most, "letter")
        found = letters(replace(filters, text="")).filter(pk__in=ids)
    rows = found.values_list("issued_on", "pk")[:most]
    return ((-day.toordinal(), 0, -pk) for day, pk in rows)


def _keys_of_entries(filters: Filters, most: int) -> Iterator[tuple[int, int, int]]:
    rows = entries(OUT, filters).values_list("on", "pk")[:most]
    return ((-day.toordinal(), 1, -pk) for day, pk in rows)


def _lines(keys: Sequence[tuple[int, int, int]]) -> list[Line]:
    of_letters = [-pk for _, table, pk in keys if table == 0]
    by_hand = [-pk for _, table, pk in keys if table == 1]
    issued = _read_letters().in_bulk(of_letters) if of_letters else {}
    noted = AgendaEntry.objects.in_bulk(by_hand) if by_hand else {}
    return [of_letter(issued[-pk]) if table == 0 else of_entry(noted[-pk]) for _, table, pk in keys]


def _read_letters() -> QuerySet[Letter]:
    return Letter.objects.select_related("person").defer("content_sealed")


def of_letter(letter: Letter) -> Line:
    remark = f"Dicabut: {letter.revoked_for}" if letter.state == Letter.State.REVOKED else ""
    return Line(
        letter.number, letter.issued_on, letter.classification, letter.subject, letter.person.name,
        letter.signer_title, letter.unit_id, remark, is_void=bool(remark),
    )  # fmt: skip


def of_entry(entry: AgendaEntry) -> Line:
    """An outgoing letter that was written elsewhere."""
    remark = f"Dibatalkan: {entry.void_reason}" if entry.void_reason else entry.note
    return Line(
        entry.number, entry.on, entry.classification, entry.subject, entry.party, "",
        entry.unit_id, remark, entry.pk, bool(entry.void_reason),
    )  # fmt: skip


def outgoing_count(filters: Filters) -> int:
    """Two queries."""
    return letters(filters).count() + entries(OUT, filters).count()


def outgoing_lines(filters: Filters) -> Iterator[Line]:
    """Every line, oldest first, read some at a time."""
    issued = letters(filters).select_related("person").defer("content_sealed")
    one = (
        ((row.issued_on, 0, row.pk), of_letter(row))
        for row in issued.order_by("issued_on", "pk").iterator(AT_ONCE)
    )
    other = (
        ((row.on, 1, row.pk), of_entry(row))
        for row in entries(OUT, filters).order_by("on", "pk").iterator(AT_ONCE)
    )
    for _, line in heapq.merge(one, other, key=_first):
        yield line


def _first(pair: tuple[Key, Line]) -> Key:
    return pair[0]


# --- incoming -----------------------------------------------------------------------------------


def incoming_page(filters: Filters, number: int) -> Slice[AgendaEntry]:
    """A page of the agenda of incoming letters, newest first. Three queries at most."""
    start = (number - 1) * PER_PAGE
    found = with_dispositions(entries(IN, filters))
    rows = list(found[start : start + PER_PAGE + 1])
    return Slice(rows[:PER_PAGE], number, len(rows) > PER_PAGE, Total(None))


def with_dispositions(rows: QuerySet[AgendaEntry]) -> QuerySet[AgendaEntry]:
    given = Disposition.objects.select_related("post", "by")
    return rows.prefetch_related(Prefetch("dispositions", given))


def incoming_lines(filters: Filters) -> Iterator[AgendaEntry]:
    """Every line, by its number, read some at a time."""
    found = with_dispositions(entries(IN, filters)).order_by("unit", "year", "sequence")
    return iter(found.iterator(AT_ONCE))


def given_to(entry: AgendaEntry) -> str:
    """The posts an incoming letter was given to, in order."""
    return ", ".join(dict.fromkeys(one.post.title for one in entry.dispositions.all()))


def get(pk: int, unit_ids: Sequence[int]) -> AgendaEntry | None:
    """One line of these offices, with scans and dispositions."""
    found: Any = with_dispositions(AgendaEntry.objects.filter(pk=pk, unit__in=unit_ids))
    result: AgendaEntry | None = (
        found.select_related("unit", "entered_by", "void_by").prefetch_related("scans").first()
    )
    return result
