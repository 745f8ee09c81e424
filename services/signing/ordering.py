"""Which signatures a letter needs: ordered with its approval, asked for once its PDF is there."""

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """A signature that a letter needs: whose, and as what."""

    signer: User
    name: str
    post_title: str
    unit: Unit
    step_key: str = ""


def order(letter: Letter, wanted: Sequence[Wanted], *, at: datetime) -> None:
    """The signatures that a new letter needs, one after the other; none where the city does not
    sign. One query. Call in the transaction that writes the letter."""
    row = accounts.in_force()
    if row is not None:
        Signature.objects.bulk_create(
            Signature(
                letter=letter, order=number, signer=one.signer, signer_name=one.name[:250],
                post_title=one.post_title[:500], unit=one.unit, provider=row.provider,
                ordered_at=at, step_key=one.step_key,
            )
            for number, one in enumerate(wanted, start=1)
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


def is_turn_of(row: Signature) -> bool:
    """Whether nobody signs before this one any more."""
    turn = turn_of(row.letter_id)
    return turn is not None and turn.pk == row.pk


def turn_of(letter_id: int) -> Signature | None:
    """The signature that is next; None when none is left."""
    left = Signature.objects.filter(letter=letter_id).exclude(state=Signature.State.SIGNED)
    return left.order_by("order").first()


def are_missing(letters: Any, step_key: str) -> bool:
    """Whether one of these letters waits for the signature of a step. One query."""
    rows = Signature.objects.filter(letter__in=letters, step_key=step_key)
    return rows.filter(state__in=Signature.OPEN).exists()


def is_on() -> bool:
    """Whether the city signs."""
    return accounts.in_force() is not None
