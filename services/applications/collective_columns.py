"""The columns of a list of people: what a service asks, under headings that people fill in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from kernel.errors import RuleBroken
from kernel.text import fold, line
from services.catalogue import answers as answering
from services.catalogue import samples
from services.catalogue.blueprint import Blueprint
from services.questions.conditions import Answer, Answers
from services.questions.kind import FieldSpec, kind_of
from services.residents.imports.columns import Cell, as_text

NIK, NAME = "NIK", "Nama"
ROUNDED = 1e11  # numbers from here on may have lost digits: spreadsheets keep 15
MOST_OPTIONS = 12  # that a fault names
_SCIENTIFIC = re.compile(r"-?\d([.,]\d+)?E\+\d\d", re.IGNORECASE)
_SECONDS = re.compile(r"(\d{1,2}:\d\d):00")  # of a cell that holds a time


@dataclass(frozen=True, slots=True)
class Column:
    """One column besides NIK and name."""

    input: str  # the name of the form's input that it fills
    spec: FieldSpec
    heading: str
    example: str


def fits(blueprint: Blueprint) -> bool:
    """Whether a service can be asked for by a list: it ends in a letter, columns can answer what it
    has to ask, and none of its files is needed of everybody."""
    return (
        bool(blueprint.outputs)
        and not any(
            document.required and not document.show_when and not document.unless_known
            for document in blueprint.documents
        )
        and not any(
            (spec.required or spec.require_when) and kind_of(spec).sheet_columns(spec) is None
            for spec in blueprint.fields
        )
    )


def columns_of(blueprint: Blueprint, today: date) -> list[Column]:
    """The columns besides NIK and name, each with a heading that no other has."""
    invented = _invented(blueprint, today)
    for answer in invented.values():
        if isinstance(answer, dict):
            answer.pop("_id", None)  # a person is named by NIK and name
    typed = answering.as_typed(blueprint, invented)
    taken, found = {fold(NIK), fold(NAME)}, list[Column]()
    for spec in blueprint.fields:
        options = dict(kind_of(spec).sheet_options(spec))
        for name, part in kind_of(spec).sheet_columns(spec) or []:
            heading = _free(f"{spec.label}: {part}" if part else spec.label, taken)
            taken.add(fold(heading))
            example = typed.get(name, "")
            if options and name in typed:
                example = options.get(example) or next(iter(options.values()))
            found.append(Column(name, spec, heading, example))
    return found


def _invented(blueprint: Blueprint, today: date) -> dict[str, Answer]:
    """Plausible answers, where there are such those that need no file."""
    found = samples.answers(blueprint, today=today)
    if not _needs_file(blueprint, found):
        return found
    for spec in blueprint.fields:
        for value, _ in kind_of(spec).options(spec):
            tried = samples.answers(blueprint, today=today, **{spec.key: value})
            if not _needs_file(blueprint, tried):
                return tried
    return found


def _needs_file(blueprint: Blueprint, answers: Answers) -> bool:
    return any(one.required for one in answering.wanted_documents(blueprint, answers, {}))


def _free(heading: str, taken: set[str]) -> str:
    heading, number = line(heading), 2
    free = heading
    while fold(free) in taken:
        free, number = f"{heading} ({number})", number + 1
    return free


def example(blueprint: Blueprint, today: date) -> list[list[str]]:
    """The first two lines of a file to begin with."""
    columns = columns_of(blueprint, today)
    return [
        [NIK, NAME, *(column.heading for column in columns)],
        ["6474010101900001", "Contoh Nama", *(column.example for column in columns)],
    ]


def named(heads: Sequence[Cell], columns: Sequence[Column]) -> list[str]:
    """The input of each column of a file: NIK, NAME, "" for one without a heading. Raises
    RuleBroken naming what is unknown, missing or there twice."""
    by_heading = {fold(column.heading): column.input for column in columns}
    by_heading |= {fold(NIK): NIK, fold(NAME): NAME}
    titles = [line(as_text(head)) for head in heads]
    names = [by_heading.get(fold(title), "") for title in titles]
    for title, name in zip(titles, names, strict=True):
        if title and not name:
            raise _wrong(f"Kolom “{title[:60]}” tidak dikenal. Pakai judul kolom dari berkas "
                         "contohnya.")  # fmt: skip
        if name and names.count(name) > 1:
            raise _wrong(f"Kolom “{title[:60]}” ada dua kali. Hapus salah satunya.")
    asked = [column for column in columns if _always(column.spec)]
    needed = [(NIK, NIK), (NAME, NAME), *((one.input, one.heading) for one in asked)]
    for name, heading in needed:
        if name not in names:
            raise _wrong(f"Kolom “{heading}” tidak ada di baris pertama.")
    return names


def known_headings(row: Sequence[Cell], columns: Sequence[Column]) -> int:
    """How many headings of such a list a row has."""
    known = {fold(column.heading) for column in columns} | {fold(NIK), fold(NAME)}
    return sum(fold(line(as_text(cell))) in known for cell in row)


def _always(spec: FieldSpec) -> bool:
    """Whether everybody has to answer, in one column."""
    return (
        spec.required and not spec.show_when and len(kind_of(spec).sheet_columns(spec) or []) == 1
    )


def _wrong(words: str) -> RuleBroken:
    return RuleBroken(words, field="file")


# --- cells ---------------------------------------------------------------------------------------


def typed_in(cell: Cell, spec: FieldSpec) -> str:
    """What somebody would type into the form for this cell. Raises RuleBroken for a number whose
    last digits a spreadsheet may have lost."""
    if isinstance(cell, int | float) and abs(cell) >= ROUNDED:
        raise RuleBroken(_LOST)
    if isinstance(cell, float) and not cell.is_integer():  # a point would part thousands
        return f"{Decimal(repr(cell)):f}".replace(".", ",")
    text = as_text(cell).strip()
    if _SCIENTIFIC.fullmatch(text):
        raise RuleBroken(_LOST)
    if time := _SECONDS.fullmatch(text):
        return time[1]
    options = kind_of(spec).sheet_options(spec)
    for alike in (line, fold):
        meant = [value for value, label in options if alike(label) == alike(text)]
        if len(meant) == 1:
            return meant[0]
    return text


_LOST = (
    "Tersimpan sebagai bilangan, jadi angka terakhirnya bisa sudah berubah. Jadikan kolom ini "
    "teks, lalu isi lagi dari sumbernya."
)


def with_options(why: str, spec: FieldSpec, text: str) -> str:
    """What is wrong, with what there is to choose from."""
    labels = [label for _, label in kind_of(spec).sheet_options(spec)]
    if not labels:
        return why
    shown = labels
    if len(labels) > MOST_OPTIONS:
        shown = get_close_matches(text, labels, n=3, cutoff=0.5) or labels[:MOST_OPTIONS]
    more = len(labels) - len(shown)
    rest = f", dan {more} lagi seperti di formulirnya" if more else ""
    return f"{why.rstrip('.')}. Pilihannya: {'; '.join(shown)}{rest}."
