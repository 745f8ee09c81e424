"""A step that an official decides at a desk: whoever holds the post, or a deputy's."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext

from accounts.models import User
from events.subscribers import publish
from kernel.errors import RuleBroken
from services.cases import reasons, route, rules, vouchers
from services.cases.events import StepLate, StepPassedOver
from services.cases.kinds import AtHand, kind_of
from services.cases.models import Case, Step
from services.cases.steps.registry import step_kinds
from services.catalogue.steps import DeskStep
from services.letters import styles
from tenants.office import queries as office
from tenants.office.models import Unit
from tenants.office.roles import NEIGHBOURHOOD, Can, can, level_of


class Desk:
    """Decided by ``services.cases.decisions``."""

    def open(self, case: Case, spec: DeskStep, at: datetime) -> bool:
        """Put the case on the desk, or note why the desk is passed over."""
        if vouchers.vouches(spec):
            place = vouchers.place_for(case, spec, at)
        else:
            place = _place(case, spec, route.today_of(at))
        if place is None:
            raise RuleBroken(
                gettext(
                    "Langkah “%(title)s” belum bisa dijalankan: unit kerjanya belum dibuat. "
                    "Hubungi admin daerah Anda."
                )
                % {"title": spec.title}
            )
        return _put(case, spec, place, at)

    def complete(self, hand: AtHand, at: datetime, *, by: User | None, note: str) -> None:
        kind_of(hand.case).refuse_approval(hand.case)
        route.complete(hand, at, by=by, note=note)

    def on_timeout(self, hand: AtHand, at: datetime) -> None:
        """Once a working day: a reminder, the superior told, or the case passed on."""
        case, step = hand.case, hand.step
        assert isinstance(hand.spec, DeskStep)
        is_neighbour = level_of(step.unit.kind) in NEIGHBOURHOOD
        next_ = None
        if vouchers.vouches(hand.spec) and is_neighbour:
            next_ = vouchers.after_silence(case, hand.spec, step.unit, at)
        must_answer = vouchers.vouches(hand.spec) and not hand.spec.optional
        if hand.spec.on_timeout == "teruskan" and (next_ is not None or not must_answer):
            _pass_on(hand, next_, at)
            return
        step.reminded_at = at
        step.save(update_fields=["reminded_at"])
        publish(StepLate(step.pk, case.pk, route.today_of(at).isoformat()))


def _put(case: Case, spec: DeskStep, place: vouchers.Place, at: datetime) -> bool:
    return route.put(
        case, spec, at, unit=place.unit, role=place.role, deputies=place.deputies,
        title=vouchers.title_instead(case, spec, place), passed_over=place.reason,
    )  # fmt: skip


def _pass_on(hand: AtHand, instead: vouchers.Place | None, at: datetime) -> None:
    """The step is over without an answer: somebody else is asked, or the case goes on."""
    case, step = hand.case, hand.step
    assert isinstance(hand.spec, DeskStep)
    step.state, step.decided_at = Step.State.SKIPPED, at
    step.note = reasons.UNANSWERED
    step.save(update_fields=["state", "decided_at", "note"])
    route.record(case, "case.passed_on", None, step=step.key)
    publish(StepPassedOver(step.pk, case.pk))
    if instead is not None:
        _put(case, hand.spec, instead, at)
    elif all(other.state != Step.State.OPEN for other in hand.steps):
        route.open_next(case, step.key, at)


def _place(case: Case, spec: DeskStep, on: date) -> vouchers.Place | None:
    """Where a step at an office opens."""
    unit = office.unit_at(rules.unit_code_for(spec, rt_code=route.office_code(case)))
    if unit is None:
        return None
    reason = _why_skipped(spec, unit, case, on)
    deputies: Sequence[str] = spec.deputies
    if can(spec.role, Can.SIGNS):
        deputies = styles.deputies(unit, kind_of(case).topic(case), spec.role, deputies)
    return vouchers.Place(unit, spec.role, deputies, reason)


def _why_skipped(spec: DeskStep, unit: Unit, case: Case, on: date) -> str | None:
    if not spec.optional:
        return None
    holder = office.holder_of(unit, spec.role, on)
    if holder is None:
        return reasons.VACANT
    return reasons.ONESELF if vouchers.is_own(holder.user, case) else None


step_kinds.add("desk", Desk())
