"""Which signatures a letter needs: ordered with its approval, asked for once its PDF is there."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from events.subscribers import publish
from services.letters.models import Letter
from services.signing import accounts
from services.signing.events import SignatureAsked
from services.signing.models import Signature
from services.signing.providers import providers
from tenants.office.models import Unit


def words() -> str:
    """The sentence about the signature at the foot of a letter that is written now; "" where the
    city does not sign."""
    row = accounts.in_force()
    return providers[row.provider].words() if row is not None else ""


def order(
    letter: Letter, *, signer: User, name: str, post_title: str, unit: Unit, at: datetime,
    step_key: str = "",
) -> Signature | None:  # fmt: skip
    """One more signature for a letter, after those that it needs already; None where the city does
    not sign. Call in the transaction that makes it needed."""
    row = accounts.in_force()
    if row is None:
        return None
    before = Signature.objects.filter(letter=letter).count()
    return Signature.objects.create(
        letter=letter, order=before + 1, signer=signer, signer_name=name[:250],
        post_title=post_title[:500], unit=unit, provider=row.provider, ordered_at=at,
        step_key=step_key,
    )  # fmt: skip


def is_complete(letter_id: int) -> bool:
    """Whether nothing is left to be signed. One query."""
    left = Signature.objects.filter(letter=letter_id).exclude(state=Signature.State.SIGNED)
    return not left.exists()


@transaction.atomic
def ask(letter_id: int) -> None:
    """Tell whose turn it is that the letter is there to be signed. Told once."""
    turn = turn_of(letter_id)
    if turn is not None and turn.state == Signature.State.PREPARED:
        publish(SignatureAsked(turn.pk))


def turn_of(letter_id: int) -> Signature | None:
    """The signature that is next; None when none is left."""
    left = Signature.objects.filter(letter=letter_id).exclude(state=Signature.State.SIGNED)
    return left.order_by("order").first()


def are_missing(letters: Any, step_key: str) -> bool:
    """Whether one of these letters lacks the signature of a step. One query."""
    rows = Signature.objects.filter(letter__in=letters, step_key=step_key)
    return rows.exclude(state=Signature.State.SIGNED).exists()


def is_on() -> bool:
    """Whether the city signs."""
    return accounts.in_force() is not None
