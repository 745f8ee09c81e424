"""Which official has an open step in hand: nobody, or one of those who may decide it.

Whoever holds the post may take a step nobody has, hand it to a colleague, give it back, and take it
over from a colleague. Only its holder decides it then; nobody has to take a step to decide it.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.once import reading_once
from services.cases.decisions import colleague_who_has, post_held, refuse_taken
from services.cases.events import StepTaken
from services.cases.kinds import AtHand
from services.cases.models import Step
from services.cases.route import at_hand, record, refuse_own, today_of
from services.cases.two_people import colleagues


@transaction.atomic
@reading_once()
def take(*, step_id: int, by: User, at: datetime) -> Step:
    """Take a step that nobody has. Raises NotThere, RuleBroken, Stale when a colleague was
    faster."""
    step = _open(step_id, by, at).step
    colleague = colleague_who_has(step, by)
    if colleague is not None:
        raise Stale(f"{colleague.name} sudah lebih dulu mengambil berkas ini.")
    return _put_in_hand(step, by, by=by, at=at, what="case.taken")


@transaction.atomic
@reading_once()
def take_over(*, step_id: int, by: User, at: datetime) -> Step:
    """Take a step from a colleague. Raises NotThere, RuleBroken, Stale."""
    return _put_in_hand(_open(step_id, by, at).step, by, by=by, at=at, what="case.taken_over")


@transaction.atomic
@reading_once()
def give(*, step_id: int, to: User, by: User, at: datetime) -> Step:
    """Hand a step to a colleague who may decide it. Raises NotThere, RuleBroken, also when a
    colleague has it in hand; Stale."""
    hand = _open(step_id, by, at)
    refuse_taken(hand.step, by)
    if to.pk not in {user.pk for user in colleagues(hand.step, today_of(at))}:
        raise RuleBroken(
            f"{to.name} tidak memegang jabatan yang memutuskan langkah ini.", field="to"
        )
    refuse_own_of(to, hand)
    return _put_in_hand(hand.step, to, by=by, at=at, what="case.given")


@transaction.atomic
@reading_once()
def give_back(*, step_id: int, by: User, at: datetime) -> Step:
    """Nobody has the step any more. Raises NotThere, RuleBroken when a colleague has it, Stale."""
    step = _open(step_id, by, at, may_be_own=True).step
    refuse_taken(step, by)
    if step.taken_by is not None:
        step.taken_by = step.taken_at = step.given_by = None
        step.save(update_fields=["taken_by", "taken_at", "given_by"])
        record(step.case, "case.given_back", by, step=step.key)
    return step


def refuse_own_of(to: User, hand: AtHand) -> None:
    """Raises RuleBroken when it is this colleague's own case, or that cannot be told."""
    try:
        refuse_own(to, hand.case)
    except RuleBroken as broken:
        raise RuleBroken(
            f"Ini mungkin permohonan {to.name} sendiri, jadi harus ditangani pejabat lain.",
            field="to",
        ) from broken


def _open(step_id: int, by: User, at: datetime, *, may_be_own: bool = False) -> AtHand:
    """Lock the case of an open step at one's post. Raises NotThere, RuleBroken, Stale."""
    hand = at_hand(step_id)
    if hand is None:
        raise NotThere
    post_held(by, hand.step, at)
    if hand.step.state != Step.State.OPEN:
        raise Stale("Berkas ini tidak menunggu di sini lagi. Tidak ada yang berubah.")
    if not may_be_own:
        refuse_own(by, hand.case)
    return hand


def _put_in_hand(step: Step, to: User, *, by: User, at: datetime, what: str) -> Step:
    if step.taken_by_id == to.pk:
        return step
    before = step.taken_by_id
    step.taken_by, step.taken_at = to, at
    step.given_by = by if by.pk != to.pk else None
    step.save(update_fields=["taken_by", "taken_at", "given_by"])
    people = {"to": to.pk} | ({"from": before} if before else {})
    entry = record(step.case, what, by, step=step.key, **people)
    publish(StepTaken(step.pk, step.case_id, entry.pk))
    return step
