"""A signature that is somebody else's to make."""

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, Stale
from messaging.notices import tell
from services.signing import notices, rules
from services.signing.models import Attempt, Signature
from tenants.registry.current import city

BUSY = (Attempt.State.QUEUED, Attempt.State.SIGNING, Attempt.State.VALIDATING)


def waiting(signature_id: int) -> Signature:
    """A signature that is still to be made, locked with those that come before it on its letter.
    Raises NotThere, Stale while it is being made or once it is. Call in a transaction, and judge
    who may act on it."""
    letter = Signature.objects.filter(pk=signature_id).values("letter")
    rows = Signature.objects.select_for_update(of=("self",)).filter(letter__in=letter)
    found = {one.pk: one for one in rows.select_related("letter", "signer", "unit").order_by("pk")}
    row = found.get(signature_id)
    if row is None:
        raise NotThere("Surat ini tidak menunggu tanda tangan.")
    if not row.is_waiting or row.attempts.filter(state__in=BUSY).exists():
        raise Stale("Surat ini sudah atau sedang ditandatangani, atau sudah ditolak.")
    return row


def is_untouched(letter_id: int) -> bool:
    """Whether nobody has signed a letter or is at it, so that its words may still change. Call with
    its signatures locked."""
    rows = Signature.objects.filter(letter=letter_id)
    is_busy = Attempt.objects.filter(signature__in=rows, state__in=BUSY).exists()
    return not is_busy and not rows.exclude(state__in=Signature.WAITING).exists()


def hand_on(
    row: Signature, *, to: User, name: str, post_title: str, by: User, reason: str
) -> Signature:
    """Write who makes it now; they are told, unless they took it over themselves. Call with it
    locked. Raises RuleBroken."""
    words = rules.reason_of(reason, field="why")
    before = row.signer_name
    row.signer, row.signer_name, row.post_title = to, name[:250], post_title[:500]
    row.state, row.said = Signature.State.PREPARED, f"Diserahkan oleh {before}: {words}"[:300]
    row.save(update_fields=["signer", "signer_name", "post_title", "state", "said"])
    if to.pk != by.pk:
        tell(
            notices.HANDED_ON, to, key=f"sign-handed:{row.pk}:{to.pk}:{now():%y%m%d%H%M%S}",
            number=row.letter.number, link=city().page("desk-signing"), city=city().name,
        )  # fmt: skip
    return row
