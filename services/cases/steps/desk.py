"""A step that an official decides at a desk: whoever holds the post, or a deputy's."""

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
from tenants.office import queries as office
from tenants.office.models import Unit


class Desk:
    """Decided by ``services.cases.decisions``."""

    def open(self, case: Case, spec: DeskStep, at: datetime) -> bool:
        """Put the case on the desk, or note why the desk is passed over."""
        today = route.today_of(at)
        if vouchers.vouches(spec):
            place = vouchers.place_for(case, spec, today)
        else:
            place = _place(case, spec, today)
        if place is None:
            raise RuleBroken(
                gettext(
                    "Langkah “%(title)s” belum bisa dijalankan: unit kerjanya belum dibuat. "
                    "Hubungi admin daerah Anda."
                )
                % {"title": spec.title}
            )
        return route.put(
            case, spec, at, unit=place.unit, role=place.role, deputies=place.deputies,
            title=vouchers.title_instead(case, spec, place), passed_over=place.reason,
        )  # fmt: skip

    def complete(self, hand: AtHand, at: datetime, *, by: User | None, note: str) -> None:
        kind_of(hand.case).refuse_approval(hand.case)
        route.complete(hand, at, by=by, note=note)

    def on_timeout(self, hand: AtHand, at: datetime) -> None:
        """Once a working day: a reminder, the superior told, or the case passed on."""
        case, step = hand.case, hand.step
        assert isinstance(hand.spec, DeskStep)
        if hand.spec.on_timeout == "teruskan":
            step.state, step.decided_at = Step.State.SKIPPED, at
            step.note = reasons.UNANSWERED
            step.save(update_fields=["state", "decided_at", "note"])
            route.record(case, "case.passed_on", None, step=step.key)
            publish(StepPassedOver(step.pk, case.pk))
            if all(other.state != Step.State.OPEN for other in hand.steps):
                route.open_next(case, step.key, at)
            return
        step.reminded_at = at
        step.save(update_fields=["reminded_at"])
        publish(StepLate(step.pk, case.pk, route.today_of(at).isoformat()))


def _place(case: Case, spec: DeskStep, on: date) -> vouchers.Place | None:
    """Where a step at an office opens."""
    unit = office.unit_at(rules.unit_code_for(spec, rt_code=case.unit.code))
    if unit is None:
        return None
    reason = _why_skipped(spec, unit, case, on)
    return vouchers.Place(unit, spec.role, spec.deputies, reason)


def _why_skipped(spec: DeskStep, unit: Unit, case: Case, on: date) -> str | None:
    if not spec.optional:
        return None
    holder = office.holder_of(unit, spec.role, on)
    if holder is None:
        return reasons.VACANT
    return reasons.ONESELF if vouchers.is_own(holder.user, case) else None


step_kinds.add("desk", Desk())
