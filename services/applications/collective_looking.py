"""A list of people looked at: every line against the register, the service and its questions, with
every fault by line and column. Nothing is written."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from kernel.once import reading_once
from kernel.text import squeeze
from services.applications.collective_columns import (
    NAME,
    NIK,
    Column,
    columns_of,
    known_headings,
    named,
    typed_in,
    with_options,
)
from services.applications.fitness import refuse_unfit
from services.applications.models import Application
from services.applications.staffed import refuse_closed
from services.catalogue import answers as answering
from services.catalogue.models import Service
from services.questions.kind import Facts, House
from services.residents import officials
from services.residents.imports import sheets, values
from services.residents.imports.columns import Cell, as_text
from services.residents.models import Person
from services.residents.onetime import counters_of
from services.residents.queries import area_names, facts_of, lives_in, people, person_facts
from services.residents.sealing import prints

MOST = 500  # people of one file
MOST_BLANK = 10_000  # rows of one file without anything in them
STRANGER = "NIK ini tidak terdaftar di wilayah loket Anda."
OTHER_NAME = "Nama ini bukan nama pemilik NIK itu."
BEGUN = "Orang ini sudah mulai mengisi layanan ini."


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell."""

    line: int
    column: str
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the file."""

    line: int
    nik: str
    name: str
    typed: dict[str, str]  # by the name of the input


@dataclass(slots=True)
class Looked:
    """A file after it was looked at."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class _Line:
    """A line as it was read. ``unread``: inputs whose cell could not be read."""

    entry: Entry
    faults: list[Fault]
    unread: set[str] = field(default_factory=set)


def look(content: bytes, service: Service, *, by: User, today: date) -> Looked:
    """Every line with every fault; nothing is written. Raises RuleBroken for no such file."""
    assert service.current is not None
    with reading_once():
        columns = columns_of(service.current.blueprint, today)
        heads, rows = _rows(content, columns)
        names = named(heads, columns)
        by_input = {column.input: column for column in columns}
        lines = [_read(number, row, names, by_input) for number, row in rows]
        check = _Check(service, columns, by, today, [line.entry for line in lines])
        found, seen = Looked(), dict[str, int]()
        for line in lines:
            number, nik = line.entry.line, line.entry.nik
            if nik in seen:
                why = f"NIK ini sudah ada di baris {seen[nik]}."
                line.faults.append(Fault(number, NIK, why))
            elif nik:
                seen[nik] = number
            found.faults += [*line.faults, *check.faults(line)]
            found.entries.append(line.entry)
        return found


def _rows(
    content: bytes, columns: Sequence[Column]
) -> tuple[list[Cell], list[tuple[int, list[Cell]]]]:
    """The headings, and the other rows with their numbers; no more is read than a list may hold.
    Raises RuleBroken."""
    file = sheets.file_of(content)
    tops = [
        next((row for row in sheet.rows if _is_filled(row)), []) for sheet in sheets.sheets_of(file)
    ]
    best = max(range(len(tops)), key=lambda n: (known_headings(tops[n], columns), -n), default=0)
    found = _beginning(sheets.rows_of(file, best))
    if len(found) > MOST + 1:
        raise _wrong(f"Berkas ini lebih dari {MOST} baris. Bagi menjadi beberapa berkas.")
    if len(found) < 2:
        raise _wrong("Berkas ini tidak berisi baris. Pakai berkas contohnya.")
    (_, heads), *lines = found
    return heads, lines


def _beginning(rows: Iterator[list[Cell]]) -> list[tuple[int, list[Cell]]]:
    """Rows that are not blank, until there are more than a list may hold. Raises RuleBroken."""
    found, blank = list[tuple[int, list[Cell]]](), 0
    for number, row in enumerate(rows, start=1):
        if _is_filled(row):
            found.append((number, row))
            if len(found) > MOST + 1:
                break
        else:
            blank += 1
            if blank > MOST_BLANK:
                raise _wrong("Berkas ini memuat ribuan baris kosong. Hapus baris kosongnya.")
    return found


def _is_filled(row: Sequence[Cell]) -> bool:
    return any(as_text(cell).strip() for cell in row)


def _wrong(words: str) -> RuleBroken:
    return RuleBroken(words, field="file")


def _read(
    number: int, row: Sequence[Cell], names: Sequence[str], by_input: Mapping[str, Column]
) -> _Line:
    """One line, with the faults of its cells."""
    cells = {name: cell for name, cell in zip(names, row, strict=False) if name}
    faults, typed, unread = list[Fault](), dict[str, str](), set[str]()

    def read(column: str, how: Callable[[], str]) -> str:
        try:
            return how()
        except RuleBroken as wrong:
            faults.append(Fault(number, column, f"{wrong.message.rstrip('.')}."))
            return ""

    nik = read(NIK, lambda: values.nik(cells.pop(NIK, "")).digits)
    name = read(NAME, lambda: _name(cells.pop(NAME, "")))
    for key, cell in cells.items():
        column = by_input[key]
        before = len(faults)
        typed[key] = read(column.heading, partial(typed_in, cell, column.spec))
        if len(faults) > before:
            unread.add(column.spec.key)
    return _Line(Entry(number, nik, name, typed), faults, unread)


def _name(cell: Cell) -> str:
    found = values.words(cell, NAME, limit=150, is_name=True)
    if not found:
        raise RuleBroken("Isi namanya.")
    return found


# --- against the register and the service --------------------------------------------------------


class _Check:
    """What would be refused of each line. What does not depend on the line is read once: some
    queries for all."""

    def __init__(
        self, service: Service, columns: Sequence[Column], by: User, today: date,
        entries: Sequence[Entry],
    ) -> None:  # fmt: skip
        assert service.current is not None
        self.service, self.blueprint = service, service.current.blueprint
        self.by, self.today = by, today
        self.specs = {spec.key: spec for spec in self.blueprint.fields}
        self.headings = _headings(columns)
        self.areas = counters_of(by, today)
        self.own = officials.own_people(by)
        others = {
            nik for one in entries for nik, _ in answering.people_asked(self.blueprint, one.typed)
        }
        self.people = self._served({one.nik for one in entries if one.nik} | others)
        drafts = Application.objects.filter(
            applicant__in=[person.pk for person in self.people.values()],
            version__service=service, state=Application.State.DRAFT,
        )  # fmt: skip
        self.with_draft = set(drafts.values_list("applicant_id", flat=True))
        self.needs_facts = any(one.unless_known for one in self.blueprint.documents)

    def _served(self, numbers: Collection[str]) -> dict[str, Person]:
        """Residents with these NIK whom the counter serves. One query. Somebody of elsewhere is
        answered like an unknown number."""
        of = {print_: nik for nik in numbers for print_ in prints(nik)}
        found = people().living_here().filter(nik_print__in=list(of))
        return {
            of[bytes(person.nik_print)]: person
            for person in found
            if person.nik_print and any(lives_in(person, area) for area in self.areas)
        }

    def _by_nik(self, nik: str) -> Facts | None:
        found = self.people.get(nik)
        if found is None:
            return None
        return person_facts(found, area_names(found.household.rt), self.today)

    def faults(self, line: _Line) -> Iterator[Fault]:
        entry, person = line.entry, None
        if entry.nik and entry.name:
            found = self._person(entry)
            if isinstance(found, Fault):
                yield found
            else:
                person = found
                if why := self._refused(person):
                    yield Fault(entry.line, NIK, why)
        facts = facts_of(person, today=self.today) if person and self.needs_facts else {}
        house = House(today=self.today, by_nik=self._by_nik, applicant=facts)
        answers, wrong = answering.clean(self.blueprint, entry.typed, house)
        for key, why in wrong.items():
            if key not in line.unread:
                told = with_options(why, self.specs[key], entry.typed.get(key, ""))
                yield Fault(entry.line, self.headings[key], told)
        if person is not None:
            for document in answering.wanted_documents(self.blueprint, answers, facts):
                if document.required:
                    why = f"Perlu berkas “{document.label}”: ajukan di loket."
                    yield Fault(entry.line, NIK, why)

    def _person(self, entry: Entry) -> Person | Fault:
        found = self.people.get(entry.nik)
        if found is None:
            return Fault(entry.line, NIK, STRANGER)
        if squeeze(found.name) != squeeze(entry.name):
            return Fault(entry.line, NAME, OTHER_NAME)
        return found

    def _refused(self, person: Person) -> str:
        try:
            if person.pk in self.own or officials.may_be(self.by, person):
                return "Ini Anda sendiri: ajukan lewat akun warga Anda."
            refuse_unfit(self.blueprint.who, person, today=self.today)
            refuse_closed(self.service, person, today=self.today)
        except (RuleBroken, NotThere) as refused:
            return refused.message
        return BEGUN if person.pk in self.with_draft else ""


def _headings(columns: Sequence[Column]) -> dict[str, str]:
    """What a question is called in a fault: its heading, or its label where it has several."""
    found = dict[str, str]()
    for column in columns:
        key = column.spec.key
        found[key] = column.spec.label if key in found else column.heading
    return found
