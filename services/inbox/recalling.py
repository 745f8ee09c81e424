"""An official recalls a case that they forwarded by mistake, before the other desk begins."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from kernel.errors import NotThere, Stale
from services.cases import reasons
from services.cases.decisions import post_held
from services.cases.models import Case, Step
from services.cases.route import at_hand, put_again, record
from services.catalogue.steps import DeskStep

TOO_LATE = (
    "Berkas ini tidak bisa ditarik kembali lagi: meja berikutnya sudah mulai menanganinya. "
    "Hubungi meja itu bila keliru."
)


def recallable(case: Case, by: User) -> Step | None:
    """The step that this official forwarded and may have back: the other desk has not taken,
    forwarded or decided it, and asked nobody's advice. One query more, for advice, where there is
    one. Uses prefetched ``case.steps``."""
    if case.state != Case.State.RUNNING:
        return None
    steps = list(case.steps.all())
    for step in reversed(steps):
        if step.state != Step.State.FORWARDED or step.decided_by_id != by.pk:
            continue
        following = _following(step, steps)
        if (
            following is not None
            and following.state == Step.State.OPEN
            and following.taken_by_id is None
            and not following.advice.exists()
        ):
            return step
    return None


def _following(forwarded: Step, steps: list[Step]) -> Step | None:
    """The row that opened at the other desk."""
    later = (one for one in steps if one.key == forwarded.key and one.pk > forwarded.pk)
    return next(later, None)


@transaction.atomic
def recall(*, step_id: int, by: User, at: datetime) -> Step:
    """Bring a forwarded step back to the desk it came from, into the hands of who forwarded it;
    the step of the other desk is closed. Sent twice, it does nothing more. Raises NotThere, Stale
    when it is too late."""
    hand = at_hand(step_id)
    if hand is None or not isinstance(hand.spec, DeskStep):
        raise NotThere
    case, step = hand.case, hand.step
    post_held(by, step, at)
    following = _following(step, hand.steps)
    if following is not None and following.note == reasons.RECALLED:
        again = _following(following, hand.steps)
        if again is not None and again.taken_by_id == by.pk:
            return again
    found = recallable(case, by)
    if found is None or found.pk != step.pk or following is None:
        raise Stale(TOO_LATE)
    following.state, following.note = Step.State.SKIPPED, reasons.RECALLED
    following.decided_at = at
    following.save(update_fields=["state", "note", "decided_at"])
    record(case, "case.recalled", by, step=step.key)
    return put_again(hand, at, due_at=following.due_at, taken_by=by)
