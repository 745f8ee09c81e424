"""An official does not sign: the letter is void, its number stays used."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, Stale
from services.letters import actions as letters
from services.signing import rules
from services.signing.events import SignatureRefused
from services.signing.models import Attempt, Signature

_BUSY = (Attempt.State.QUEUED, Attempt.State.SIGNING, Attempt.State.VALIDATING)


@transaction.atomic
def refuse(*, signature_id: int, by: User, reason: str, at: datetime) -> Signature:
    """Raises NotThere for who is not asked, RuleBroken without a reason, Stale while it is being
    signed or once it is."""
    row = (
        Signature.objects.select_for_update(of=("self",)).filter(pk=signature_id, signer=by).first()
    )
    if row is None:
        raise NotThere("Surat ini tidak menunggu tanda tangan Anda.")
    words = rules.reason_of(reason)
    if not row.is_waiting or row.attempts.filter(state__in=_BUSY).exists():
        raise Stale("Surat ini sudah atau sedang ditandatangani, atau sudah ditolak.")
    if not letters.void(row.letter_id, by=by, reason=words, at=at):
        raise Stale("Surat ini sudah jadi atau sudah dicabut. Tidak ada yang berubah.")
    row.state, row.refused_for, row.refused_at = Signature.State.REFUSED, words, at
    row.save(update_fields=["state", "refused_for", "refused_at"])
    audit.record("signature.refused", actor=by, subject="letter", subject_id=row.letter_id,
                 detail={"signature": row.pk})  # fmt: skip
    publish(SignatureRefused(row.pk, row.letter_id))
    return row
