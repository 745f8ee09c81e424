"""What happens to a case without an official at a desk."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from kernel.errors import NotThere
from kernel.once import reading_once
from services.cases.models import Case, Step
from services.cases.route import at_hand, turn_down
from services.cases.steps.registry import step_kinds
from services.catalogue.steps import DESK


@transaction.atomic
@reading_once()
def complete(*, step_id: int, at: datetime, by: User | None = None, note: str = "") -> Case:
    """A step that is no desk has come to its end: paid, signed, inspected. Does nothing when it is
    closed already. Raises NotThere, also for a desk: desks decide (``services.cases.decisions``).
    """
    hand = at_hand(step_id)
    if hand is None or hand.spec.kind == DESK:
        raise NotThere
    if hand.step.state == Step.State.OPEN:
        step_kinds[hand.spec.kind].complete(hand, at, by=by, note=note)
    return hand.case


@transaction.atomic
@reading_once()
def give_up(*, case_id: int, kind: str, at: datetime, note: str) -> None:
    """What the open step of this kind waits for will not come: the case ends without it."""
    step = Step.objects.filter(case=case_id, kind=kind, state=Step.State.OPEN).first()
    hand = at_hand(step.pk) if step is not None else None
    if hand is not None and hand.step.state == Step.State.OPEN:
        turn_down(hand, at, by=None, note=note)
