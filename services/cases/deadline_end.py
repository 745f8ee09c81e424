"""What happens as the term of the law for a case runs out: warnings, and what its end brings."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from events.subscribers import publish
from services.cases import deadlines, fees, reasons, route
from services.cases.deadline_rules import WARNED_AT
from services.cases.events import DeadlineNear, StepPassedOver
from services.cases.kinds import kind_of
from services.cases.models import Case, CaseDeadline, Step
from services.cases.steps.registry import step_kinds
from services.catalogue.steps import DESK, DeskStep, StepSpec
from tenants.office import queries as office

AtEnd = CaseDeadline.AtEnd


@transaction.atomic
def pass_by(*, case_id: int, at: datetime) -> None:
    """Warn of the share of the term that is used up, or do what its end brings. Does nothing when
    the case was decided or returned meanwhile."""
    case = route.locked_any(case_id)
    deadline = CaseDeadline.objects.filter(case_id=case_id).first()
    if deadline is None or deadline.next_at is None or deadline.next_at > at:
        return
    reached = deadline.warned
    while deadline.next_at is not None and deadline.next_at <= at:
        reached = deadline.warned = next(one for one in WARNED_AT if one > deadline.warned)
        deadlines.reckon(deadline)
    if reached == 100:
        deadline.done = _at_end(case, deadline, at)
        route.record(case, "case.deadline_passed", None, done=deadline.done)
    deadline.save(update_fields=["warned", "next_at", "due_at", "done"])
    publish(DeadlineNear(case.pk, str(reached)))
    if deadline.done == AtEnd.ISSUE:
        _issue(case, at)


def _at_end(case: Case, deadline: CaseDeadline, at: datetime) -> str:
    """What can be done of what the service says: the case goes to who decides it, if nothing but
    desks stands before them."""
    if deadline.at_end == AtEnd.WARN or not _brought_to_who_decides(case, at):
        return AtEnd.WARN
    if deadline.at_end == AtEnd.ISSUE and _may_issue(case, at):
        return AtEnd.ISSUE
    return AtEnd.DRAFT


def _may_issue(case: Case, at: datetime) -> bool:
    """Whether the system may decide in place of whoever holds the post: somebody does and it is
    not their own case, its fee is paid, no answer has to be written, no official has a list to
    check, and everything was checked by machine."""
    if fees.owes(case):
        return False
    plan, today = kind_of(case).plan(case), route.today_of(at)
    if any(isinstance(spec, DeskStep) and spec.checks for spec in plan.route()):
        return False
    for step in case.steps.filter(state=Step.State.OPEN).select_related("unit"):
        spec = plan.step(step.key)
        holder = office.holder_of(step.unit, step.role, today)
        if holder is None or route.is_self(holder.user, case):
            return False
        if isinstance(spec, DeskStep) and spec.must_note:
            return False
    return kind_of(case).is_checked_by_machine(case)


def _brought_to_who_decides(case: Case, at: datetime) -> bool:
    """Bring a case to its last desk, passing over those before it; whether it lies there."""
    plan = kind_of(case).plan(case)
    way = plan.route()
    if not way or way[-1].kind != DESK:
        return False
    last = plan.stage_of(way[-1].key)
    steps = list(case.steps.all())
    waiting = [step for step in steps if step.state == Step.State.OPEN]
    if any(step.key in {spec.key for spec in last} for step in waiting):
        return True
    if not waiting or not _only_desks_left(way, steps):
        return False
    for step in waiting:
        step.state, step.decided_at, step.note = Step.State.SKIPPED, at, reasons.TERM_ENDED
        step.save(update_fields=["state", "decided_at", "note"])
        publish(StepPassedOver(step.pk, case.pk))
    route.open_stage(case, last, at)
    return case.steps.filter(state=Step.State.OPEN).exists()


def _only_desks_left(way: Sequence[StepSpec], steps: Sequence[Step]) -> bool:
    """Whether every step that has not ended is one at which an official decides."""
    ended = {step.key for step in steps if step.state in (Step.State.APPROVED, Step.State.SKIPPED)}
    return all(spec.kind == DESK for spec in way if spec.key not in ended)


def _issue(case: Case, at: datetime) -> None:
    """The system decides in place of the authority: as its own decision, by the law."""
    for step in case.steps.filter(state=Step.State.OPEN).order_by("pk"):
        hand = route.at_hand(step.pk)
        assert hand is not None
        note = reasons.ISSUED_BY_SYSTEM
        step_kinds[hand.spec.kind].complete(hand, at, by=None, note=note)
