"""A desk that another person than at an earlier desk approves (``DeskStep.other_than``)."""

from datetime import date, datetime

from accounts.models import User
from kernel.errors import RuleBroken
from services.cases.kinds import AtHand, kind_of
from services.cases.models import Case, Step
from services.cases.route import today_of
from services.catalogue.steps import DeskStep
from tenants.office import absences
from tenants.office import queries as office

DONE_BY_YOU = (
    "Anda yang memeriksa berkas ini, jadi petugas lain di kantor Anda yang menyelesaikannya. Admin "
    "kota dapat mengizinkan satu orang melakukan keduanya."
)


def colleagues(step: Step, on: date) -> list[User]:
    """Who may decide a step on a day, by name. One query."""
    held = absences.holders_at(step.unit, on)
    may = {one.user_id: one.user for one in held if one.post.role in (step.role, *step.deputies)}
    return sorted(may.values(), key=lambda user: (user.name, user.pk))


def why_not(case: Case, step: Step, by: User, on: date) -> str:
    """Why this official may not approve the step, "" where they may: they approved the desk before,
    the office has somebody else, and the city does not let one person do both."""
    spec = kind_of(case).plan(case).step(step.key)
    if not isinstance(spec, DeskStep) or spec.other_than is None:
        return ""
    earlier = Step.objects.filter(case=case, key=spec.other_than, state=Step.State.APPROVED)
    if earlier.order_by("-pk").values_list("decided_by", flat=True).first() != by.pk:
        return ""
    if step.unit_id in office.one_person():
        return ""
    has_others = any(user.pk != by.pk for user in colleagues(step, on))
    return DONE_BY_YOU if has_others else ""


def refuse(hand: AtHand, by: User, at: datetime) -> None:
    """Raises RuleBroken where somebody else has to approve this step."""
    reason = why_not(hand.case, hand.step, by, today_of(at))
    if reason:
        raise RuleBroken(reason)
