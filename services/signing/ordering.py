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
from services.signing.models import Attempt, Signature
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
    role: str  # of the post that signs
    deputies: Sequence[str]
    due_at: datetime | None  # None: not before its step has opened
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
                ordered_at=at, step_key=one.step_key, role=one.role, deputies=list(one.deputies),
                is_held=one.due_at is None, due_at=one.due_at,
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
    if turn is not None and turn.state == Signature.State.PREPARED and not turn.is_held:
        publish(SignatureAsked(turn.pk))


@transaction.atomic
def release(letters: Any, step_key: str | None, *, due_at: datetime | None) -> None:
    """Let further officials sign these letters from now on: those of a step that opens, or all
    where no further step will (None). Who can sign at once is told."""
    rows = Signature.objects.select_for_update(of=("self",)).filter(
        letter__in=letters, is_held=True
    )
    held = list(rows.filter(step_key=step_key) if step_key is not None else rows)
    for row in held:
        row.is_held, row.due_at = False, due_at
        row.save(update_fields=["is_held", "due_at"])
    for letter in Letter.objects.filter(
        pk__in={row.letter_id for row in held}, state=Letter.State.RENDERED
    ).order_by("pk"):
        ask(letter.pk)


def is_turn_of(row: Signature) -> bool:
    """Whether this one is asked for: nobody signs before it any more, and its step has come."""
    turn = turn_of(row.letter_id)
    return turn is not None and turn.pk == row.pk and not turn.is_held


def turn_of(letter_id: int) -> Signature | None:
    """The signature that is next; None when none is left."""
    left = Signature.objects.filter(letter=letter_id).exclude(state=Signature.State.SIGNED)
    return left.order_by("order").first()


def are_missing(letters: Any, step_key: str) -> bool:
    """Whether one of these letters waits for the signature of a step. One query."""
    rows = Signature.objects.filter(letter__in=letters, step_key=step_key)
    return rows.filter(state__in=Signature.OPEN).exists()


def are_signed(letters: Any, step_key: str) -> bool:
    """Whether one of these letters bears the signature of a step. One query."""
    rows = Signature.objects.filter(letter__in=letters, step_key=step_key)
    return rows.filter(state=Signature.State.SIGNED).exists()


def forget_files(letter_id: int) -> None:
    """Write that no file of a letter is kept any more; who destroys the letter deletes them."""
    Attempt.objects.filter(signature__letter=letter_id).update(returned="")


def is_on() -> bool:
    """Whether the city signs."""
    return accounts.in_force() is not None
