"""A Ketua RT takes a vouch back that was given by mistake."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from events.subscribers import publish
from kernel.errors import NotThere, Stale
from services.cases import reasons, vouching
from services.cases.events import StepTakenBack
from services.cases.kinds import kind_of
from services.cases.models import Case, Step
from services.cases.route import at_hand, put_again, record
from services.catalogue.steps import DeskStep

WITHIN = timedelta(minutes=15)


def can_take_back(step: Step, *, by: User, at: datetime) -> bool:
    """Whether this approval may still be taken back by whoever gave it: soon after, while no
    later desk has decided and nothing came of it. Uses prefetched ``case.steps``."""
    if step.state != Step.State.APPROVED or step.decided_by_id != by.pk:
        return False
    if step.decided_at is None or at - step.decided_at > WITHIN:
        return False
    if step.case.state != Case.State.RUNNING:
        return False
    later = [other for other in step.case.steps.all() if other.pk > step.pk]
    return all(other.decided_by_id is None for other in later)


@transaction.atomic
def take_back(*, step_id: int, by: User, at: datetime) -> Step:
    """Open the step again as it was; the desks opened after it are closed. Raises NotThere,
    Stale when it is too late."""
    hand = at_hand(step_id)
    if hand is None:
        raise NotThere
    case, step = hand.case, hand.step
    if (
        not isinstance(hand.spec, DeskStep)
        or not can_take_back(step, by=by, at=at)
        or kind_of(case).has_results(case)
    ):
        raise Stale(
            "Jawaban ini tidak bisa ditarik lagi: sudah lewat 15 menit, atau kantor berikutnya "
            "sudah memutuskan. Hubungi kantor itu bila keliru."
        )
    case.steps.filter(pk__gt=step.pk, state=Step.State.OPEN).update(
        state=Step.State.SKIPPED, decided_at=at, note=reasons.VOUCH_TAKEN_BACK
    )
    step.state, step.note = Step.State.SKIPPED, reasons.VOUCH_TAKEN_BACK
    step.save(update_fields=["state", "note"])
    vouching.void(step, by=by, at=at)
    record(case, "case.vouch_taken_back", by)
    publish(StepTakenBack(step.pk, case.pk))
    return put_again(hand, at, due_at=max(step.due_at, at))
