"""What a city says of numbers: patterns, short forms, and where paper books stopped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from services.letters import formats
from services.letters.formats import Book
from services.letters.models import Counter, KindCode, Letter, NumberFormat
from services.letters.numbering import scope_of
from tenants.office.models import Unit


@dataclass(frozen=True, slots=True)
class Told:
    """What an administrator says of numbers. Without a pattern those of a wider one count again."""

    pattern: str
    book: str
    secrecy: str
    since: date
    unit: Unit | None = None
    topic: str = ""


def _one_at_a_time() -> None:
    """Wait until nobody else changes what this city says of numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('balai.numbers'), hashtext(current_schema()))"
        )


@transaction.atomic
def keep(told: Told, *, by: User, today: date, at: datetime) -> NumberFormat:
    """From a day on, numbers look like this. Raises RuleBroken for a pattern that could give one
    number twice, for a day that is over, and for one in whose place numbers were given today."""
    _one_at_a_time()
    row = row_of(told)
    row.changed_by, row.changed_at = by, at
    if told.since < today:
        raise RuleBroken(
            "Hari mulainya sudah lewat. Nomor yang sudah diberikan tidak berubah: pilih hari ini "
            "atau sesudahnya.", field="since",
        )  # fmt: skip
    every = list(NumberFormat.objects.order_by("pk"))
    same = [one for one in every if _key(one) == _key(row) and one.since == row.since]
    if not row.pattern and not any(_key(one) == _key(row) for one in every):
        raise RuleBroken(
            "Belum ada pola untuk unit dan layanan ini. Tulis polanya.", field="pattern"
        )
    if any(_is_used(one, today) for one in same):
        raise RuleBroken(
            "Pola yang berlaku mulai hari ini sudah dipakai surat. Mulailah besok.", field="since"
        )
    refuse_two_books(row, [one for one in every if one not in same])
    NumberFormat.objects.filter(pk__in=[one.pk for one in same]).delete()
    row.save()
    audit.record(
        "letters.format_kept", actor=by, subject="number_format", subject_id=row.pk,
        detail={"pattern": row.pattern, "book": row.book, "since": told.since.isoformat()},
    )  # fmt: skip
    return row


def row_of(told: Told) -> NumberFormat:
    """What is told, not saved; without a pattern and for all letters the shipped one. Raises
    RuleBroken for a pattern that could give a number twice."""
    pattern, book = told.pattern, Book(told.book)
    if not pattern.strip() and told.unit is None and not told.topic:
        pattern, book = formats.DEFAULT_PATTERN, Book.CODE
    return NumberFormat(
        unit=told.unit, topic=told.topic, since=told.since, secrecy=told.secrecy, book=book,
        pattern=formats.check(pattern, book) if pattern.strip() else "",
    )  # fmt: skip


def _key(row: NumberFormat) -> tuple[int | None, str]:
    """Which letters a row is about."""
    return row.unit_id, row.topic


def _is_used(row: NumberFormat, today: date) -> bool:
    """Whether a letter may have got its number by a row that began today."""
    if row.since != today:
        return False
    given = Letter.objects.exclude(register=Letter.OF_VOUCHES)
    given = given.filter(issued_on__gte=row.since, created_at__gte=row.changed_at)
    return (given if row.unit_id is None else given.filter(unit=row.unit_id)).exists()


def refuse_two_books(row: NumberFormat, others: Sequence[NumberFormat]) -> None:
    """One pattern is counted by one book in a year: two books would come to the same number.
    Raises RuleBroken."""
    standing = [_shipped(), *(one for one in others if _key(one) != _key(row)), row]
    standing += [one for one in others if _key(one) == _key(row) and one.since != row.since]
    for one in standing:
        year = _clash(one, row, standing)
        if year is None:
            continue
        later = f", atau mulai tanggal 1-1-{year + 1}" if _key(one) == _key(row) else ""
        raise RuleBroken(
            f"Pola ini tahun {year} sudah dihitung dengan buku lain "
            f"({Book(one.book).label.lower()}), jadi dua surat bisa bernomor sama. Ubah "
            f"polanya{later}.",
            field="since",
        )


def _shipped() -> NumberFormat:
    """What counts until a city says something for all its letters."""
    return NumberFormat(pattern=formats.DEFAULT_PATTERN, book=Book.CODE, since=date.min)


def _clash(one: NumberFormat, other: NumberFormat, rows: Sequence[NumberFormat]) -> int | None:
    """The first year in which two books could count one pattern at a unit; None: never."""
    if not one.pattern or _shape(one.pattern) != _shape(other.pattern) or one.book == other.book:
        return None
    if None not in (one.unit_id, other.unit_id) and one.unit_id != other.unit_id:
        return None  # each unit counts by itself
    first = max(one.since.year, other.since.year)
    return first if first <= min(_last_year(one, rows), _last_year(other, rows)) else None


def _shape(pattern: str) -> str:
    """A pattern without what only pads a number."""
    return "".join(
        f"{{{part.name}}}" if part.name else part.words for part in formats.parts_of(pattern)
    )


def _last_year(row: NumberFormat, rows: Iterable[NumberFormat]) -> int:
    """The last year in which it counts: until a newer one stands in its place."""
    later = [one.since for one in rows if _key(one) == _key(row) and one.since > row.since]
    return (min(later) - timedelta(days=1)).year if later else date.max.year


@transaction.atomic
def drop(*, pk: int, by: User, today: date) -> None:
    """A format that has not begun is taken away. Raises NotThere, RuleBroken where the one before
    would then go on too long."""
    _one_at_a_time()
    row = NumberFormat.objects.filter(pk=pk).first()
    if row is None:
        raise NotThere("Pola nomor ini sudah tidak ada.")
    if row.since <= today:
        raise RuleBroken(
            "Pola ini sudah berlaku. Simpan pola lain untuk unit dan layanan yang sama; mulai "
            "hari itu pola yang baru yang dipakai."
        )
    row.delete()
    rest = list(NumberFormat.objects.order_by("pk"))
    standing = [_shipped(), *rest]
    for one in rest:
        if any(_clash(one, other, standing) for other in standing):
            raise RuleBroken(
                f"Tanpa pola ini, pola {one.pattern} dihitung dengan dua buku dalam setahun, jadi "
                "dua surat bisa bernomor sama. Hapus atau ubah dulu pola yang mulai sesudahnya."
            )
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
    # A first letter that is approved at this moment is waited for: it makes the same row.
    made, is_new = Counter.objects.get_or_create(
        scope=scope_of(unit, register, year), defaults={"value": 0}
    )
    counter = Counter.objects.select_for_update().get(pk=made.pk)
    given = Letter.objects.filter(unit=unit, register=register, year=year).exists()
    if given or (register == Book.AGENDA and not is_new):
        raise Stale(
            f"Buku ini sudah berjalan di Balai; nomor berikutnya {counter.value + 1}. Catat surat "
            "lama dari kertas di agenda."
        )
    counter.value = last
    counter.save(update_fields=["value"])
    audit.record(
        "letters.book_begun", actor=by, subject="unit", subject_id=unit.code,
        detail={"register": register, "year": year, "last": last},
    )  # fmt: skip
