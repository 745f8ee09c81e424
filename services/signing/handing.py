"""A signature that is somebody else's to make."""

from accounts.models import User
from kernel.errors import NotThere, Stale
from messaging.notices import tell
from services.signing import notices, rules
from services.signing.models import Attempt, Signature
from tenants.registry.current import city

BUSY = (Attempt.State.QUEUED, Attempt.State.SIGNING, Attempt.State.VALIDATING)


def waiting(signature_id: int, by: User) -> Signature:
    """A signature that this official is asked for, locked. Raises NotThere, Stale while it is being
    made or once it is. Call in a transaction."""
    row = (
        Signature.objects.select_for_update(of=("self",))
        .select_related("letter")
        .filter(pk=signature_id, signer=by)
        .first()
    )
    if row is None:
        raise NotThere("Surat ini tidak menunggu tanda tangan Anda.")
    if not row.is_waiting or row.attempts.filter(state__in=BUSY).exists():
        raise Stale("Surat ini sudah atau sedang ditandatangani, atau sudah ditolak.")
    return row


def hand_on(row: Signature, *, to: User, name: str, post_title: str, reason: str) -> Signature:
    """Write who makes it now; they are told. Call with it locked. Raises RuleBroken."""
    words = rules.reason_of(reason, field="why")
    before = row.signer_name
    row.signer, row.signer_name, row.post_title = to, name[:250], post_title[:500]
    row.state, row.said = Signature.State.PREPARED, f"Diserahkan oleh {before}: {words}"[:300]
    row.save(update_fields=["signer", "signer_name", "post_title", "state", "said"])
    tell(
        notices.HANDED_ON, to, key=f"sign-handed:{row.pk}:{to.pk}", number=row.letter.number,
        link=city().page("desk-signing"), city=city().name,
    )  # fmt: skip
    return row
