"""Which number a letter gets, and how cities say what numbers look like."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from services.letters import formats
from services.letters.formats import Book, Values
from services.letters.models import Counter, KindCode, Letter, NumberFormat
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
    """Of the formats in force by now the narrowest, and of its kind the newest."""
    fitting = [
        row for row in rows if row.unit_id in (None, unit_id) and row.topic in ("", topic)
    ]  # fmt: skip
    if not fitting:
        return NumberFormat(pattern=formats.DEFAULT_PATTERN, book=Book.CODE)
    return max(fitting, key=lambda row: (row.unit_id is not None, row.topic != "", row.since))


def kind_code(topic: str, title: str) -> str:
    """The short form of the letters of a service; made and kept when it has none."""
    for _ in range(_TRIES):
        known = KindCode.objects.filter(topic=topic).first()
        if known is not None:
            return known.code
        taken = set(KindCode.objects.values_list("code", flat=True))
        with contextlib.suppress(IntegrityError), transaction.atomic():
            KindCode.objects.create(topic=topic, code=formats.short_of_kind(title, taken))
    raise Stale("Nomor surat sedang disiapkan untuk surat lain. Coba lagi.")


# --- what a city says ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """What an administrator says of numbers."""

    pattern: str
    book: str
    secrecy: str
    since: date
    unit: Unit | None = None
    topic: str = ""


@transaction.atomic
def keep(told: Told, *, by: User, today: date, at: datetime) -> NumberFormat:
    """From a day on, numbers look like this. Raises RuleBroken for a pattern that could give one
    number twice, and for a day that is over."""
    book = Book(told.book)
    pattern = formats.check(told.pattern, book)
    if told.since < today:
        raise RuleBroken(
            "Hari mulainya sudah lewat. Nomor yang sudah diberikan tidak berubah: pilih hari ini "
            "atau sesudahnya.", field="since",
        )  # fmt: skip
    row = NumberFormat(
        unit=told.unit, topic=told.topic, since=told.since, pattern=pattern, book=book,
        secrecy=told.secrecy, changed_by=by, changed_at=at,
    )  # fmt: skip
    every = list(NumberFormat.objects.order_by("pk"))
    key = (row.unit_id, row.topic, row.since)
    same = [one for one in every if (one.unit_id, one.topic, one.since) == key]
    refuse_two_books(row, [one for one in every if one not in same])
    NumberFormat.objects.filter(pk__in=[one.pk for one in same]).delete()
    row.save()
    audit.record(
        "letters.format_kept", actor=by, subject="number_format", subject_id=row.pk,
        detail={"pattern": pattern, "book": str(book), "since": told.since.isoformat()},
    )  # fmt: skip
    return row


def refuse_two_books(row: NumberFormat, others: Sequence[NumberFormat]) -> None:
    """One pattern is counted by one book in a year: two books would come to the same number.
    Raises RuleBroken."""
    shape = _shape(row.pattern)
    shipped = NumberFormat(pattern=formats.DEFAULT_PATTERN, book=Book.CODE, since=date.min)
    standing = [shipped, *others]
    for one in standing:
        if _shape(one.pattern) != shape or one.book == row.book or not _meet(one, row):
            continue
        ends = _until(one, [*standing, row])
        if ends is None or (ends - timedelta(days=1)).year >= row.since.year:
            raise RuleBroken(
                f"Pola ini tahun {row.since.year} sudah dihitung dengan buku lain "
                f"({Book(one.book).label.lower()}), jadi dua surat bisa bernomor sama. Ubah "
                f"polanya, atau mulai tanggal 1-1-{row.since.year + 1}.",
                field="since",
            )


def _shape(pattern: str) -> str:
    """A pattern without what only pads a number."""
    return "".join(
        f"{{{part.name}}}" if part.name else part.words for part in formats.parts_of(pattern)
    )


def _meet(one: NumberFormat, other: NumberFormat) -> bool:
    """Whether a unit could have letters of both: each unit counts by itself."""
    return one.unit_id is None or other.unit_id is None or one.unit_id == other.unit_id


def _until(one: NumberFormat, rows: Iterable[NumberFormat]) -> date | None:
    """From when a newer one stands in its place; None while none does."""
    later = (
        row.since for row in rows
        if row.unit_id == one.unit_id and row.topic == one.topic and row.since > one.since
    )  # fmt: skip
    return min(later, default=None)


@transaction.atomic
def drop(*, pk: int, by: User, today: date) -> None:
    """A format that has not begun is taken away. Raises NotThere, RuleBroken."""
    row = NumberFormat.objects.order_by("pk").select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotThere("Pola nomor ini sudah tidak ada.")
    if row.since <= today:
        raise RuleBroken(
            "Pola ini sudah berlaku. Simpan pola lain untuk unit dan layanan yang sama; mulai "
            "hari itu pola yang baru yang dipakai."
        )
    row.delete()
    audit.record("letters.format_dropped", actor=by, subject="number_format", subject_id=pk)


@transaction.atomic
def name_kind(*, topic: str, code: str, by: User) -> KindCode:
    """The short form of a service's letters, for new numbers. Raises RuleBroken."""
    code = code.strip().upper()
    if not code.isascii() or not code.isalnum() or len(code) > 12:
        raise RuleBroken(
            "Pakai 1 sampai 12 huruf dan angka tanpa spasi, misalnya SKTM.", field="code"
        )
    twin = KindCode.objects.select_for_update().filter(code=code).exclude(topic=topic).first()
    if twin is not None:
        raise RuleBroken(f"{code} sudah dipakai layanan lain. Pilih singkatan lain.", field="code")
    made, _ = KindCode.objects.update_or_create(topic=topic, defaults={"code": code})
    audit.record("letters.kind_named", actor=by, subject="letter_kind", subject_id=topic)
    return made


@transaction.atomic
def begin_at(*, unit: Unit, register: str, year: int, last: int, by: User) -> None:
    """A book that was kept on paper goes on after its last number. Raises RuleBroken, Stale once
    Balai has given numbers in it."""
    if not 0 < last < 1_000_000:
        raise RuleBroken("Tulis nomor terakhir di buku kertas, 1 sampai 999.999.", field="last")
    scope = scope_of(unit, register, year)
    counter = Counter.objects.select_for_update().filter(scope=scope).first()
    given = Letter.objects.filter(unit=unit, register=register, year=year).exists()
    if given or (counter is not None and register == Book.AGENDA):
        assert counter is not None
        raise Stale(
            f"Buku ini sudah berjalan di Balai; nomor berikutnya {counter.value + 1}. Catat surat "
            "lama dari kertas di agenda."
        )
    if counter is None:
        Counter.objects.create(scope=scope, value=last)
    else:
        counter.value = last
        counter.save(update_fields=["value"])
    audit.record(
        "letters.book_begun", actor=by, subject="unit", subject_id=unit.code,
        detail={"register": register, "year": year, "last": last},
    )  # fmt: skip
