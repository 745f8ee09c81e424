"""Which number a letter gets."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from kernel.errors import Stale
from services.letters import formats
from services.letters.formats import Book, Values
from services.letters.models import KindCode, NumberFormat
from tenants.office import describing
from tenants.office.models import Unit

_TRIES = 5  # to keep a short form that nobody else takes at the same moment
_WRITTEN_AREA = frozenset({Unit.Kind.KECAMATAN, Unit.Kind.KELURAHAN, Unit.Kind.DESA})


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number that was given, and the book that counts it."""

    register: str
    year: int
    sequence: int
    number: str


def next_number(scope: str) -> int:
    """The next number of a scope, without gaps: must run in the transaction that uses it.

    Concurrent callers wait for each other; a rollback gives the number back.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number may only be taken inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO letters_counter (scope, value) VALUES (%s, 1) "
            "ON CONFLICT (scope) DO UPDATE SET value = letters_counter.value + 1 RETURNING value",
            [scope],
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def incoming_scope(unit: Unit, year: int) -> str:
    """The counter of a unit's incoming letters, which a book for both directions goes on with."""
    return f"masuk:{unit.code}:{year}"


def scope_of(unit: Unit, register: str, year: int) -> str:
    """The counter of one book of a unit in a year."""
    if register == Book.AGENDA:
        return incoming_scope(unit, year)
    return f"surat:{unit.code}:{register}:{year}"


def take(*, unit: Unit, topic: str, title: str, code: str, day: date) -> Numbered:
    """The number of a letter of a service that a unit signs on a day. Call in the transaction that
    keeps the letter. One query for its format, one for the number.

    ``code`` is its classification, ``title`` what the letter is called.
    """
    said = in_force(unit, topic, day)
    book = Book(said.book)
    kind = kind_code(topic, title) if "{jenis}" in said.pattern else ""
    register = formats.register_of(book, code=code, kind=kind)
    sequence = next_number(scope_of(unit, register, day.year))
    values = Values(
        code=code, sequence=sequence, unit=describing.short_form_of(unit), area=area_of(unit),
        kind=kind, secrecy=said.secrecy, day=day,
    )  # fmt: skip
    return Numbered(register, day.year, sequence, formats.written(said.pattern, values))


def area_of(unit: Unit) -> str:
    """The code of the Ministry for a unit; the short form of a unit that has none."""
    return unit.code if unit.kind in _WRITTEN_AREA else describing.short_form_of(unit)


def in_force(unit: Unit, topic: str, day: date) -> NumberFormat:
    """What numbers of a service's letters at a unit look like on a day; not saved where the city
    said nothing. One query."""
    rows = NumberFormat.objects.filter(
        Q(unit=unit) | Q(unit=None), topic__in={topic, ""}, since__lte=day
    )
    return chosen(rows, unit.pk, topic)


def chosen(rows: Iterable[NumberFormat], unit_id: int | None, topic: str) -> NumberFormat:
    """Of the formats in force by now the narrowest, and of its kind the newest; a blank one says
    that a wider one counts again."""
    newest = dict[tuple[bool, bool], NumberFormat]()  # the narrowest is the greatest key
    for row in sorted(rows, key=lambda row: row.since):
        if row.unit_id in (None, unit_id) and row.topic in ("", topic):
            newest[row.unit_id is not None, row.topic != ""] = row
    said = {key: row for key, row in newest.items() if row.pattern}
    if not said:
        return NumberFormat(pattern=formats.DEFAULT_PATTERN, book=Book.CODE)
    return said[max(said)]


def kind_code_for(topic: str, title: str) -> str:
    """The short form that the letters of a service have, or would be given."""
    codes = dict(KindCode.objects.values_list("topic", "code"))
    return codes.get(topic) or formats.short_of_kind(title, set(codes.values()))


def kind_code(topic: str, title: str) -> str:
    """The short form of the letters of a service; made and kept when it has none."""
    for _ in range(_TRIES):
        known = KindCode.objects.filter(topic=topic).first()
        if known is not None:
            return known.code
        with contextlib.suppress(IntegrityError), transaction.atomic():
            KindCode.objects.create(topic=topic, code=kind_code_for(topic, title))
    raise Stale("Nomor surat sedang disiapkan untuk surat lain. Coba lagi.")
