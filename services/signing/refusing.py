"""An official does not sign: the letter is void, its number stays used."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import Stale
from services.letters import actions as letters
from services.signing import handing, rules
from services.signing.events import SignatureRefused
from services.signing.models import Signature


@transaction.atomic
def refuse(*, signature_id: int, by: User, reason: str, at: datetime) -> Signature:
    """Raises NotThere for who is not asked, RuleBroken without a reason, Stale while it is being
    signed or once it is."""
    row = handing.waiting(signature_id, by)
    words = rules.reason_of(reason)
    if not letters.void(row.letter_id, by=by, reason=words, at=at):
        raise Stale("Surat ini sudah jadi atau sudah dicabut. Tidak ada yang berubah.")
    row.state, row.refused_for, row.refused_at = Signature.State.REFUSED, words, at
    row.save(update_fields=["state", "refused_for", "refused_at"])
    # Whoever would have signed after them has nothing to sign any more.
    after = Signature.objects.filter(letter=row.letter_id, state__in=Signature.WAITING)
    after.update(state=Signature.State.REFUSED, refused_for=words, refused_at=at)
    audit.record("signature.refused", actor=by, subject="letter", subject_id=row.letter_id,
                 detail={"signature": row.pk})  # fmt: skip
    publish(SignatureRefused(row.pk, row.letter_id))
    return row
