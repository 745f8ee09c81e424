"""A step that an official decides at a desk: whoever holds the post, or a deputy's."""

from datetime import datetime

from django.utils.translation import gettext

from accounts.models import User
from events.subscribers import publish
from kernel.errors import RuleBroken
from services.cases import reasons, route, rules
from services.cases.events import StepLate, StepPassedOver
from services.cases.kinds import AtHand, kind_of
from services.cases.models import Case, Step
from services.cases.neighbours import dusun_instead
from services.cases.steps.registry import step_kinds
from services.catalogue.models import Switch
from services.catalogue.queries import is_off
from services.catalogue.steps import DeskStep
from tenants.office import queries as office
from tenants.office.models import Holding
from tenants.office.roles import NEIGHBOURHOOD, head_of


class Desk:
    """Decided by ``services.cases.decisions``."""

    def open(self, case: Case, spec: DeskStep, at: datetime) -> bool:
        """Put the case on the desk, or note why the desk is passed over."""
        code, role, deputies = case.unit.code, spec.role, spec.deputies
        unit, reason = office.unit_at(rules.unit_code_for(spec, rt_code=code)), None
        if unit is None:
            unit = dusun_instead(spec, kind_of(case).plan(case).route(), code)
            role, deputies = (head_of(unit.kind), []) if unit is not None else (role, deputies)
        if unit is None and spec.optional and spec.level in NEIGHBOURHOOD:
            unit, reason = case.unit, reasons.NO_UNIT
        if unit is None:
            raise RuleBroken(
                gettext(
                    "Langkah “%(title)s” belum bisa dijalankan: unit kerjanya belum dibuat. "
                    "Hubungi admin daerah Anda."
                )
                % {"title": spec.title}
            )
        holder = office.holder_of(unit, role, route.today_of(at))
        reason = reason or _why_skipped(spec, holder, case)
        village = code.partition("/")[0]
        if reason is None and spec.level in NEIGHBOURHOOD and is_off(village, Switch.ERT):
            reason = reasons.ERT_OFF
        return route.put(
            case, spec, at, unit=unit, role=role, deputies=deputies, passed_over=reason
        )

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


def _why_skipped(spec: DeskStep, holder: Holding | None, case: Case) -> str | None:
    if not spec.optional:
        return None
    if holder is None:
        return reasons.VACANT
    user = holder.user
    own = route.is_self(user, case) or route.may_be_self(user, case)
    return reasons.ONESELF if own else None


step_kinds.add("desk", Desk())
