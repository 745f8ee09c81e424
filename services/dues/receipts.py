"""Dues that are paid: each payment gives a receipt, and a line of the cash book with it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.ids import normalize_code, secret_code
from kernel.rupiah import format_rupiah
from services.dues import books, cash, kinds, owing
from services.dues.categories import DUES
from services.dues.models import Payment, Receipt
from tenants.office.models import Post, Unit

LATEST = timedelta(days=366)  # how long ago a payment may be that is noted now


@transaction.atomic
def pay(
    *, kind_id: int, household_id: int, amount: int, paid_on: date, posts: Sequence[Post],
    by: User, at: datetime, today: date,
) -> Receipt:  # fmt: skip
    """Note what a household paid: the oldest months that are not paid first, then months to come.

    The amount is what was paid, whatever is owed when the form arrives. Raises NotThere,
    RuleBroken."""
    kind = kinds.of_book(posts, kind_id)
    post = books.locked(posts, kind.unit_id)
    home = kinds.home_there(post.unit, household_id)
    if not 0 < amount <= cash.LARGEST:
        raise RuleBroken("Tulis berapa yang dibayar, misalnya 25.000.", field="amount")
    if not today - LATEST <= paid_on <= today:
        raise RuleBroken("Tanggal bayar paling lama setahun yang lalu dan paling baru hari ini.",
                         field="paid_on")  # fmt: skip
    cash.check_open(post.unit, paid_on, field="paid_on")
    account = owing.accounts([home], [kind], today, owing.AHEAD)[household_id][0]
    parts = owing.spread(account, amount)
    if parts is None:
        raise RuleBroken(
            f"Paling banyak {format_rupiah(account.left)}: tunggakan dan {owing.AHEAD} bulan di "
            "muka.", field="amount",
        )  # fmt: skip
    last = Receipt.objects.filter(unit=post.unit, year=today.year).aggregate(n=Max("number"))["n"]
    made = Receipt.objects.create(
        unit=post.unit, year=today.year, number=(last or 0) + 1, kind=kind,
        household=home.household, payer=home.head, amount=amount, paid_on=paid_on, made_by=by,
        title=post.title, made_at=at, check_code=secret_code(),
    )  # fmt: skip
    Payment.objects.bulk_create(
        Payment(receipt=made, month=month, amount=part) for month, part in parts
    )
    cash.put(post, on=paid_on, category=DUES, amount=amount, by=by, at=at, receipt=made,
             words=f"{kind.name}, kuitansi {made.code}")  # fmt: skip
    audit.record("dues.paid", actor=by, subject="receipt", subject_id=made.pk)
    return made


@transaction.atomic
def void(
    *, receipt_id: int, reason: str, posts: Sequence[Post], by: User, at: datetime, today: date
) -> Receipt:
    """A receipt that is wrong holds no longer; a line of today counters its own. Raises NotThere,
    RuleBroken, Stale."""
    found = of_book(posts, receipt_id)
    post = books.locked(posts, found.unit_id)
    found.refresh_from_db()
    if found.voided_at is not None:
        raise Stale("Kuitansi ini sudah dibatalkan.")
    words = kinds.reason_of(reason)
    found.voided_by, found.voided_at, found.void_reason = by, at, words[:200]
    found.save(update_fields=["voided_by", "voided_at", "void_reason"])
    entry = found.entries.get(corrects=None)
    cash.put(post, on=today, category=DUES, amount=-found.amount, by=by, at=at, receipt=found,
             words=f"Batal: kuitansi {found.code}", corrects=entry)  # fmt: skip
    audit.record("dues.voided", actor=by, subject="receipt", subject_id=found.pk)
    return found


def of_book(posts: Sequence[Post], receipt_id: int) -> Receipt:
    """One receipt of a book somebody keeps. Raises NotThere."""
    found = _with_all().filter(pk=receipt_id).first()
    if found is None:
        raise NotThere("Kuitansi ini tidak ditemukan.")
    books.post_of(posts, found.unit_id)
    return found


def own(household_id: int, receipt_id: int) -> Receipt:
    """A receipt of the own household. Raises NotThere."""
    found = _with_all().filter(pk=receipt_id, household=household_id).first()
    if found is None:
        raise NotThere("Kuitansi ini tidak ditemukan.")
    return found


def by_code(code: str) -> Receipt | None:
    """The receipt whose QR code this is."""
    return _with_all().filter(check_code=normalize_code(code)).first()


def _with_all() -> QuerySet[Receipt]:
    found = Receipt.objects.select_related("unit__parent", "kind", "household", "made_by")
    return found.prefetch_related("payments")


def changes(unit: Unit) -> dict[int, int]:
    """How often something changed in the receipts of each household that has some: one was given,
    or voided. One query."""
    found = Receipt.objects.filter(unit=unit).order_by().values_list("household")
    counted = found.annotate(Count("pk"), Count("voided_at"))
    return {household: given + voided for household, given, voided in counted}


def of_household(unit: Unit, household_id: int) -> QuerySet[Receipt]:
    """The receipts a household got from a unit, the newest first."""
    found = Receipt.objects.filter(unit=unit, household=household_id).select_related("kind")
    return found.prefetch_related("payments").order_by("-year", "-number", "-pk")
