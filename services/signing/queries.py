"""Reads of signatures."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from services.letters.models import Letter
from services.signing import apart, checking, signers
from services.signing.models import Attempt, Batch, Signature
from services.signing.providers import providers
from services.signing.rules import common_name

Finding = checking.Finding
Unreadable = checking.Unreadable
S, A = Signature.State, Attempt.State


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature on a letter, as anybody who checks it may know."""

    name: str  # as printed
    post: str
    certificate_subject: str
    certificate_issuer: str
    serial: str
    ends_at: datetime | None
    is_certified: bool
    root_checked: bool  # the certificate leads to a root that the operator trusts
    at: datetime
    level: str  # B-B, B-T, B-LT
    provider: str
    provider_label: str
    certificate_name: str  # the name in the certificate
    issuer_name: str  # and in that of who issued it


def signatures_of(letter_id: int) -> list[Signed]:
    """Every signature that is on a letter, in their order; empty for one without. One query."""
    rows = Signature.objects.filter(letter=letter_id, state=S.SIGNED).order_by("order")
    return [_signed(row) for row in rows]


def _signed(row: Signature) -> Signed:
    known = providers.get(row.provider)
    assert row.signed_at is not None
    return Signed(
        name=row.signer_name, post=row.post_title, certificate_subject=row.certificate_subject,
        certificate_issuer=row.certificate_issuer, serial=row.certificate_serial,
        ends_at=row.certificate_ends_at, is_certified=row.is_certified,
        root_checked=row.root_checked, at=row.signed_at,
        level=row.level, provider=row.provider,
        provider_label=known.label if known is not None else row.provider,
        certificate_name=common_name(row.certificate_subject), issuer_name=row.issuer_name,
    )  # fmt: skip


def verify_bytes(pdf: bytes) -> list[Finding]:
    """Every signature in a PDF from outside, by a process with bounded memory and time. Raises
    Unreadable for what is no PDF, is larger than 20 MB or takes too much, RuleBroken while others
    are looked at."""
    return apart.findings(pdf)


def was_signed_from(code: str, pdf: bytes) -> bool:
    """Whether this is the very file of which a signature of this letter was made."""
    return Attempt.objects.filter(
        signature__letter__code=code, state=Attempt.State.SIGNED,
        sent_sha256=hashlib.sha256(pdf).hexdigest(),
    ).exists()  # fmt: skip


def _in_turn() -> QuerySet[Signature]:
    """What is asked for: its step has come, and nobody signs before."""
    earlier = Signature.objects.filter(letter=OuterRef("letter"), order__lt=OuterRef("order"))
    unsigned = Exists(earlier.exclude(state=S.SIGNED))
    unfinished = (Letter.State.NUMBERED, Letter.State.RENDERED)
    return Signature.objects.filter(
        ~unsigned, is_held=False, state__in=Signature.WAITING, letter__state__in=unfinished
    )


def waiting_for(user: User) -> QuerySet[Signature]:
    """What waits for this official's signature and can be signed now, oldest first."""
    rows = open_of(user).filter(letter__state=Letter.State.RENDERED)
    return rows.select_related("letter__person", "unit").order_by("ordered_at", "pk")


def awaits(user: User, provider: str) -> bool:
    """Whether a signature of this official waits that was ordered with this provider."""
    return Signature.objects.filter(
        signer=user, provider=provider, state__in=Signature.WAITING
    ).exists()


def count_waiting(user: User) -> int:
    """For the menu. One query."""
    return waiting_for(user).count()


def open_of(user: User) -> QuerySet[Signature]:
    """What this official has to sign, also what a worker still prepares."""
    return _in_turn().filter(signers.at_posts(signers.posts_today(user)), signer=user)


def of_others(user: User) -> QuerySet[Signature]:
    """What waits at this official's posts for another one's signature, oldest first."""
    rows = _in_turn().filter(signers.at_posts(signers.posts_today(user))).exclude(signer=user)
    return rows.select_related("letter", "unit", "signer").order_by("ordered_at", "pk")


def all_open() -> QuerySet[Signature]:
    """Every signature of the city that is asked for, oldest first."""
    rows = _in_turn().select_related("letter", "unit", "signer")
    return rows.order_by("ordered_at", "pk")


def being_made(user: User) -> int:
    """Letters of this official that are being prepared or signed just now. One query."""
    is_prepared = Q(state__in=Signature.WAITING, letter__state=Letter.State.NUMBERED, order=1)
    rows = Signature.objects.filter(is_prepared | Q(state__in=Signature.UNDER_WAY), signer=user)
    return rows.count()


def in_doubt(user: User | None = None) -> QuerySet[Attempt]:
    """Attempts whose outcome nobody knows: of an official at their posts, or of the city."""
    rows = Attempt.objects.filter(
        state=A.UNKNOWN, settled_at=None, signature__state=S.UNKNOWN
    ).select_related("signature__letter", "signature__signer")
    if user is not None:
        mine = Signature.objects.filter(signers.at_posts(signers.posts_today(user)), signer=user)
        rows = rows.filter(signature__in=mine)
    return rows.order_by("signature__ordered_at", "pk")


def log_of(user: User) -> QuerySet[Signature]:
    """What this official has signed from the posts that they hold, newest first."""
    mine = signers.at_posts(signers.posts_today(user))
    rows = Signature.objects.filter(mine, signer=user, state=S.SIGNED)
    return rows.select_related("letter__person").order_by("-signed_at", "-pk")


def next_of(letter_ids: Sequence[int]) -> dict[int, Signature]:
    """The signature that each of these letters waits for. One query, none without a letter."""
    if not letter_ids:
        return {}
    rows = Signature.objects.filter(letter__in=letter_ids, state__in=Signature.OPEN)
    return {row.letter_id: row for row in rows.order_by("-order")}


def seen(user: User, signature_id: int) -> Signature | None:
    """A signature of this official's posts, or at an office that they head; None of another,
    also where they signed it from a post that they hold no more."""
    rows = Signature.objects.filter(signers.seen_from(signers.posts_today(user)), pk=signature_id)
    return rows.select_related("letter__person", "unit", "signer").first()


def batch_of(user: User, pk: int) -> Batch | None:
    return Batch.objects.filter(pk=pk, by=user).first()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a confirmation is."""

    all: int
    signed: int
    failed: int
    unknown: int

    @property
    def is_over(self) -> bool:
        return self.signed + self.failed + self.unknown == self.all

    @property
    def percent(self) -> int:
        return 100 * (self.signed + self.failed + self.unknown) // max(self.all, 1)


def progress(batch: Batch) -> Progress:
    """One query."""
    counted = Attempt.objects.filter(batch=batch).aggregate(
        all=Count("pk"), signed=Count("pk", filter=Q(state=A.SIGNED)),
        failed=Count("pk", filter=Q(state=A.FAILED)),
        unknown=Count("pk", filter=Q(state=A.UNKNOWN)),
    )  # fmt: skip
    return Progress(**counted)


def results(batch: Batch) -> Sequence[Attempt]:
    """Each try of a confirmation with its letter, those to be looked at first: of the posts that
    its official still holds. One query."""
    order = {A.UNKNOWN: 0, A.FAILED: 1, A.SIGNING: 2, A.VALIDATING: 2, A.QUEUED: 3, A.SIGNED: 4}
    mine = Signature.objects.filter(signers.at_posts(signers.posts_today(batch.by)))
    rows = Attempt.objects.filter(batch=batch, signature__in=mine)
    rows = rows.select_related("signature__letter__person")
    return sorted(rows, key=lambda one: (order[A(one.state)], one.pk))


def wrong_in_a_row(user: User) -> int:
    """How many confirmations in a row ended with a wrong passphrase. One query."""
    recent = (
        Batch.objects.filter(by=user)
        .annotate(
            wrong=Count("attempts", filter=Q(attempts__code="passphrase")),
            good=Count("attempts", filter=Q(attempts__state=A.SIGNED)),
        )
        .order_by("-pk")[:10]
    )
    count = 0
    for batch in recent:
        if batch.good:
            break
        count += bool(batch.wrong)
    return count
