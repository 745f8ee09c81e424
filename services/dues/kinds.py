"""Kinds of dues and who need not pay them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.nik import names_a_number
from kernel.text import tidy
from services.dues import books, owing
from services.dues.models import DuesKind, Exemption, Receipt
from services.dues.months import month_of, plus
from services.residents.sealing import seal
from tenants.office.models import Post, Unit

MOST = 10  # kinds that are not ended
LARGEST = 100_000_000  # rupiah
LEAST = 5  # letters of a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a kind of dues is."""

    name: str
    amount: int
    per: str
    every: str
    since: date


@transaction.atomic
def add(
    *, unit_id: int, facts: Facts, posts: Sequence[Post], by: User, at: datetime, today: date
) -> DuesKind:
    """A new kind of dues. Raises NotThere, RuleBroken."""
    unit = books.locked(posts, unit_id).unit
    since = month_of(facts.since)
    if not 0 < facts.amount <= LARGEST:
        raise RuleBroken("Tulis jumlah iurannya, misalnya 25.000.", field="amount")
    if not plus(month_of(today), -24) <= since <= plus(month_of(today), 12):
        raise RuleBroken("Pilih bulan antara dua tahun yang lalu dan setahun lagi.", field="since")
    holding = DuesKind.objects.filter(unit=unit, ends=None)
    if holding.filter(name=tidy(facts.name)).exists():
        raise RuleBroken(
            "Iuran dengan nama ini masih berlaku. Akhiri dulu, lalu buat yang baru.", field="name"
        )
    if holding.count() >= MOST:
        raise RuleBroken(f"Paling banyak {MOST} jenis iuran. Akhiri dulu yang tidak dipakai.")
    made = DuesKind.objects.create(
        unit=unit, name=tidy(facts.name), amount=facts.amount, per=DuesKind.Per(facts.per),
        every=DuesKind.Every(facts.every), since=since, made_by=by, made_at=at,
    )  # fmt: skip
    audit.record("dues.added", actor=by, subject="dues_kind", subject_id=made.pk)
    return made


@transaction.atomic
def end(*, kind_id: int, posts: Sequence[Post], by: User, today: date) -> DuesKind:
    """This month is the last of a kind; what was not paid for earlier months stays owed. A kind for
    which nobody paid ends before it began, so that a mistaken amount leaves no debt. Raises
    NotThere."""
    kind = of_book(posts, kind_id)
    books.locked(posts, kind.unit_id)
    kind.refresh_from_db()
    if kind.ends is None:
        was_paid = is_paid(kind)
        kind.ends = max(month_of(today), kind.since) if was_paid else plus(kind.since, -1)
        kind.save(update_fields=["ends"])
        audit.record("dues.ended", actor=by, subject="dues_kind", subject_id=kind.pk,
                     detail={"was_paid": was_paid})  # fmt: skip
    return kind


def is_paid(kind: DuesKind) -> bool:
    """Whether a receipt for a kind holds."""
    return Receipt.objects.filter(kind=kind, voided_at=None).exists()


def of_book(posts: Sequence[Post], kind_id: int) -> DuesKind:
    """One kind of a book somebody keeps. Raises NotThere."""
    kind = DuesKind.objects.filter(pk=kind_id).first()
    if kind is None:
        raise NotThere("Iuran ini tidak ditemukan.")
    books.post_of(posts, kind.unit_id)
    return kind


def home_there(unit: Unit, household_id: int) -> owing.Home:
    """A household that lives in the unit. Raises NotThere."""
    found = owing.homes(unit, household_id)
    if not found:
        raise NotThere("Keluarga ini tidak ditemukan di wilayah Anda.")
    return found[0]


@transaction.atomic
def exempt(
    *, kind_id: int, household_id: int, reason: str, posts: Sequence[Post], by: User,
    at: datetime, today: date,
) -> Exemption:  # fmt: skip
    """From this month on a household need not pay; again changes nothing. Raises NotThere,
    RuleBroken."""
    kind = of_book(posts, kind_id)
    unit = books.locked(posts, kind.unit_id).unit
    home = home_there(unit, household_id)
    words = reason_of(reason)
    there = Exemption.objects.filter(kind=kind, household=home.household, until=None).first()
    if there is not None:
        return there
    made = Exemption.objects.create(
        kind=kind, household=home.household, reason_sealed=seal(words), since=month_of(today),
        made_by=by, made_at=at,
    )  # fmt: skip
    audit.record("dues.exempted", actor=by, subject="dues_kind", subject_id=kind.pk,
                 detail={"exemption": made.pk})  # fmt: skip
    return made


def reason_of(text: str, field: str = "reason") -> str:
    """Words that say why. Raises RuleBroken."""
    words = tidy(text)
    if len(words) < LEAST:
        raise RuleBroken("Tulis alasannya dengan jelas.", field=field)
    if names_a_number(words):
        raise RuleBroken("Jangan tulis NIK atau nomor KK di sini.", field=field)
    return words


@transaction.atomic
def pay_again(
    *, kind_id: int, household_id: int, posts: Sequence[Post], by: User, today: date
) -> None:
    """From this month on a household pays again. Raises NotThere."""
    kind = of_book(posts, kind_id)
    books.locked(posts, kind.unit_id)
    found = Exemption.objects.filter(kind=kind, household=household_id, until=None).first()
    if found is None:
        return
    last = plus(month_of(today), -1)
    if found.since > last:  # noted this month: it never held
        found.delete()
    else:
        found.until = last
        found.save(update_fields=["until"])
    audit.record("dues.exemption_ended", actor=by, subject="dues_kind", subject_id=kind.pk)
