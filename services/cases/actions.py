"""What happens to a case without an official at a desk."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from accounts.models import User
from kernel.errors import NotThere
from kernel.once import reading_once
from services.cases.models import Case, Step
from services.cases.route import at_hand, put_again, turn_down
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
def end_unsigned(*, case_id: int, key: str, by: User, note: str, at: datetime) -> None:
    """An official does not sign what came of a case: it ends as refused, wherever it lies. ``key``
    names the step that brought the letter, or at which it would have been signed. Does nothing to
    a case that has ended."""
    row = Step.objects.filter(case=case_id, key=key).order_by("pk").last()
    hand = at_hand(row.pk) if row is not None else None
    if hand is None or hand.case.state not in (Case.State.RUNNING, Case.State.ISSUING):
        return
    if hand.step.state != Step.State.OPEN:
        hand = replace(hand, step=put_again(hand, at, due_at=at))
    turn_down(hand, at, by=by, note=note)
