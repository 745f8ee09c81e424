"""The cash book: lines that never change, of months that are not closed."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Min, QuerySet, Sum

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.rupiah import format_rupiah
from kernel.text import tidy
from services.cases import documents
from services.dues import books
from services.dues.categories import EXPENSE, INCOME, OPENING
from services.dues.models import ClosedMonth, Entry, Receipt
from services.dues.months import month_of, plus
from tenants.office.models import Post, Unit
from tenants.registry import stored_files

FOLDER = "kas"  # of bills, below the city's
LARGEST = 1_000_000_000  # rupiah of one line
OLDEST = 24  # months back that a line may be of


def check_open(unit: Unit, on: date, field: str = "on") -> None:
    """Raises RuleBroken where the month of this day is closed, or the day lies before the one on
    which the book began: its money is in the opening. Call with the book locked."""
    first = opening(unit)
    if first is not None and on < first.on:
        raise RuleBroken(
            f"Tanggal ini sebelum saldo awal ({first.on:%d-%m-%Y}), jadi uangnya sudah terhitung "
            "di sana. Pakai tanggal itu atau sesudahnya.", field=field,
        )  # fmt: skip
    last = last_closed(unit)
    if last is not None and month_of(on) <= last:
        raise RuleBroken(
            "Bulan itu sudah ditutup, jadi tidak bisa diubah. Catat dengan tanggal sesudahnya.",
            field=field,
        )


def last_closed(unit: Unit) -> date | None:
    found: date | None = ClosedMonth.objects.filter(unit=unit).aggregate(m=Max("month"))["m"]
    return found


def put(
    post: Post, *, on: date, category: str, amount: int, words: str, by: User, at: datetime,
    receipt: Receipt | None = None, corrects: Entry | None = None, path: str = "",
    media_type: str = "",
) -> Entry:  # fmt: skip
    """Write a line. Call with the book locked. Raises RuleBroken for a closed month."""
    check_open(post.unit, on)
    return Entry.objects.create(
        unit=post.unit, on=on, category=category, amount=amount, words=words[:200],
        receipt=receipt, corrects=corrects, path=path, media_type=media_type, made_by=by,
        title=post.title, made_at=at,
    )  # fmt: skip


@transaction.atomic
def begin(
    *, unit_id: int, amount: int, on: date, posts: Sequence[Post], by: User, at: datetime,
    today: date,
) -> Entry:  # fmt: skip
    """What is in the box when the book begins: once. Raises NotThere, RuleBroken, Stale."""
    post = books.locked(posts, unit_id)
    if opening(post.unit) is not None:
        raise Stale("Saldo awal sudah dicatat. Bila keliru, catat selisihnya sebagai catatan baru.")
    _check_day(on, today)
    first = Entry.objects.filter(unit=post.unit).aggregate(first=Min("on"))["first"]
    if first is not None and first < on:
        raise RuleBroken(
            "Sudah ada catatan sebelum tanggal ini. Pakai tanggal yang lebih awal.", field="on"
        )
    if not 0 <= amount <= LARGEST:
        raise RuleBroken("Jumlah ini terlalu besar. Periksa lagi.", field="amount")
    made = put(post, on=on, category=OPENING, amount=amount, words="Saldo awal", by=by, at=at)
    audit.record("cash.begun", actor=by, subject="unit", subject_id=unit_id)
    return made


@transaction.atomic
def note(
    *, unit_id: int, category: str, amount: int, on: date, words: str, posts: Sequence[Post],
    by: User, at: datetime, today: date, bill: documents.Accepted | None = None,
    anyway: bool = False,
) -> Entry:  # fmt: skip
    """Note income or expense, as its category is. Raises NotThere, RuleBroken; of the field
    ``anyway`` for an expense beyond what the box holds, which may be noted nevertheless."""
    post = books.locked(posts, unit_id)
    if category not in INCOME and category not in EXPENSE:
        raise RuleBroken("Pilih untuk apa.", field="category")
    if not 0 < amount <= LARGEST:
        raise RuleBroken("Tulis jumlahnya, misalnya 150.000.", field="amount")
    _check_day(on, today)
    if category in EXPENSE and not anyway:
        _check_enough(post.unit, amount)
    path = media = ""
    if bill is not None:
        path = stored_files.keep_within_plan(FOLDER, bill.content, bill.suffix)
        media = bill.media_type
    signed = amount if category in INCOME else -amount
    made = put(post, on=on, category=category, amount=signed, words=tidy(words), by=by, at=at,
               path=path, media_type=media)  # fmt: skip
    audit.record("cash.noted", actor=by, subject="entry", subject_id=made.pk)
    return made


def _check_enough(unit: Unit, amount: int) -> None:
    held = balance(unit)
    if amount > held:
        raise RuleBroken(
            f"Menurut buku, kas hanya {format_rupiah(held)}, sedangkan pengeluaran ini "
            f"{format_rupiah(amount)}. Periksa lagi jumlahnya. Bila memang benar, centang “Tetap "
            "catat”.",
            field="anyway",
        )


def _check_day(on: date, today: date) -> None:
    if on > today:
        raise RuleBroken("Tanggal ini belum tiba. Periksa lagi.", field="on")
    if on < plus(month_of(today), -OLDEST):
        raise RuleBroken("Tanggal ini terlalu lama. Periksa tahunnya.", field="on")


@transaction.atomic
def counter(
    *, entry_id: int, reason: str, posts: Sequence[Post], by: User, at: datetime, today: date
) -> Entry:
    """A line that was wrong is countered by one of today. Of dues, the receipt is voided instead.
    Raises NotThere, RuleBroken, Stale."""
    found = of_book(posts, entry_id)
    post = books.locked(posts, found.unit_id)
    why_not = fixed(found)
    if why_not:
        raise RuleBroken(why_not)
    if Entry.objects.filter(corrects=found).exists():
        raise Stale("Catatan ini sudah dibatalkan.")
    words = tidy(reason)
    if len(words) < 5:
        raise RuleBroken("Tulis alasannya dengan jelas.", field="reason")
    made = put(post, on=today, category=found.category, amount=-found.amount, by=by, at=at,
               words=f"Pembetulan: {found.words} ({words})", corrects=found)  # fmt: skip
    audit.record("cash.countered", actor=by, subject="entry", subject_id=made.pk)
    return made


# --- reading --------------------------------------------------------------------------------------


def fixed(line: Entry) -> str:
    """Why a line cannot be countered, whatever happens; empty where it can."""
    if line.receipt_id is not None:
        return "Catatan ini dari kuitansi iuran. Batalkan kuitansinya."
    if line.corrects_id is not None:
        return "Catatan ini sendiri pembatalan. Catat yang benar sebagai catatan baru."
    if line.category == OPENING:
        return "Saldo awal tidak dibatalkan. Catat selisihnya sebagai catatan baru."
    return ""


def of_book(posts: Sequence[Post], entry_id: int) -> Entry:
    """One line of a book somebody keeps. Raises NotThere."""
    found = lines().filter(pk=entry_id).first()
    if found is None:
        raise NotThere("Catatan ini tidak ditemukan.")
    books.post_of(posts, found.unit_id)
    return found


def lines() -> QuerySet[Entry]:
    """Lines of cash books, the newest first."""
    found = Entry.objects.select_related("unit", "receipt", "made_by", "corrected_by")
    return found.order_by("-on", "-pk")


def opening(unit: Unit) -> Entry | None:
    """The line with which the book began."""
    return Entry.objects.filter(unit=unit, category=OPENING, corrects=None).first()


def balance(unit: Unit, before: date | None = None) -> int:
    """What is in the box: now, or before a day. One query."""
    found = Entry.objects.filter(unit=unit)
    if before is not None:
        found = found.filter(on__lt=before)
    return int(found.aggregate(total=Sum("amount"))["total"] or 0)
