"""An official does not sign: the letter is void, its number stays used."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from services.letters import actions as letters
from services.signing import handing, ordering, rules, signers
from services.signing.events import SignatureRefused
from services.signing.models import Attempt, Signature


@transaction.atomic
def refuse(*, signature_id: int, by: User, reason: str, at: datetime) -> Signature:
    """Raises NotThere for who is not asked, RuleBroken without a reason and before their turn,
    Stale while it is being signed or once it is."""
    row = handing.waiting(signature_id)
    if not signers.may_sign(row, by, signers.posts_today(by)):
        raise NotThere("Surat ini tidak menunggu tanda tangan Anda.")
    if not ordering.is_turn_of(row):
        raise RuleBroken("Surat ini belum sampai kepada Anda: pejabat sebelumnya belum selesai.")
    words = rules.reason_of(reason)
    if not letters.void(row.letter_id, by=by, reason=words, at=at):
        raise Stale("Surat ini sudah jadi atau sudah dicabut. Tidak ada yang berubah.")
    cancel(row.letter_id, reason=words, at=at)
    audit.record("signature.refused", actor=by, subject="letter", subject_id=row.letter_id,
                 detail={"signature": row.pk})  # fmt: skip
    publish(SignatureRefused(row.pk, row.letter_id))
    row.refresh_from_db()
    return row


def refuse_busy(letter_id: int) -> None:
    """Locks the signatures of a letter. Raises Stale while one of them is being made."""
    rows = list(
        Signature.objects.select_for_update(of=("self",)).filter(letter=letter_id).order_by("pk")
    )
    if Attempt.objects.filter(signature__in=rows, state__in=handing.BUSY).exists():
        raise Stale("Surat ini sedang ditandatangani. Tunggu satu menit, lalu coba lagi.")


def cancel(letter_id: int, *, reason: str, at: datetime) -> Signature | None:
    """End every signature that a void letter still lacks, also one whose outcome is not known; the
    one that was next. Call in the transaction that voids it."""
    turn = ordering.turn_of(letter_id)
    left = Signature.objects.filter(letter=letter_id, state__in=Signature.OPEN)
    left.update(
        state=Signature.State.REFUSED, refused_for=reason[:300], refused_at=at, lease_until=None
    )
    return turn
