"""Officials learn what waits for them, and what nobody knows."""

from accounts.models import User
from events.subscribers import subscribe
from kernel.clock import now
from messaging.notices import tell
from services.signing import notices
from services.signing.events import SignatureAsked, SignatureUnknown
from services.signing.models import Signature
from tenants.office import queries as office
from tenants.registry.current import city


def _row(signature_id: int) -> Signature:
    return Signature.objects.select_related("signer", "letter").get(pk=signature_id)


@subscribe(SignatureAsked)
def tell_next(event: SignatureAsked) -> None:
    """Whoever approved knows that their signature comes next; a second official does not."""
    row = _row(event.signature_id)
    if row.order > 1 and row.is_waiting and not row.is_held:
        tell(
            notices.ASKED, row.signer, key=f"sign-asked:{row.pk}", number=row.letter.number,
            link=city().page("desk-signing"), city=city().name,
        )  # fmt: skip


@subscribe(SignatureUnknown)
def tell_unknown(event: SignatureUnknown) -> None:
    row = _row(event.signature_id)
    if row.state != Signature.State.UNKNOWN:
        return
    today = now().astimezone(city().tz).date()
    people: dict[int, User] = {one.pk: one for one in [row.signer, *office.admins(today)]}
    for one in people.values():
        tell(
            notices.UNKNOWN, one, key=f"sign-unknown:{event.attempt_id}:{one.pk}",
            number=row.letter.number, link=city().page("desk-signing-attempt", event.attempt_id),
            city=city().name,
        )  # fmt: skip
