"""What a missed clock brings about."""

from datetime import datetime

from django.db import transaction

from services.cases.models import Step
from services.cases.route import at_hand
from services.cases.steps.registry import step_kinds


@transaction.atomic
def handle_overdue(*, step_id: int, at: datetime) -> None:
    """Do what the kind of this step does when its clock is missed. Does nothing when somebody was
    faster."""
    hand = at_hand(step_id)
    if hand is None or hand.step.state != Step.State.OPEN or hand.step.due_at > at:
        return
    step_kinds[hand.spec.kind].on_timeout(hand, at)
