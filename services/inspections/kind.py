"""A step at which an official goes and looks."""

from datetime import datetime

from django.utils.translation import gettext

from accounts.models import User
from events.subscribers import publish
from kernel.errors import RuleBroken
from services.cases import route, rules
from services.cases.events import StepLate
from services.cases.kinds import AtHand, kind_of
from services.cases.models import Case, Step
from services.cases.steps.registry import step_kinds
from services.inspections.models import Inspection
from services.inspections.spec import INSPECTION, InspectionStep
from tenants.office import queries as office


class Visit:
    """Ended by ``services.inspections.actions``."""

    def open(self, case: Case, spec: InspectionStep, at: datetime) -> bool:
        unit = office.unit_at(rules.unit_code_for(spec, rt_code=case.unit.code))
        if unit is None:
            raise RuleBroken(
                gettext(
                    "Langkah “%(title)s” belum bisa dijalankan: unit kerjanya belum dibuat. "
                    "Hubungi admin daerah Anda."
                )
                % {"title": spec.title}
            )
        is_open = route.put(
            case, spec, at, unit=unit, role=spec.role, deputies=spec.deputies, title=""
        )
        step = Step.objects.filter(case=case, key=spec.key).latest("pk")
        Inspection.objects.create(step=step)
        return is_open

    def complete(self, hand: AtHand, at: datetime, *, by: User | None, note: str) -> None:
        """Raises RuleBroken before the visit is done."""
        if hand.step.inspection.done_at is None:
            raise RuleBroken("Hasil pemeriksaannya belum dicatat.")
        kind_of(hand.case).refuse_approval(hand.case)
        route.complete(hand, at, by=by, note=note)

    def on_timeout(self, hand: AtHand, at: datetime) -> None:
        """Once a working day a reminder."""
        hand.step.reminded_at = at
        hand.step.save(update_fields=["reminded_at"])
        publish(StepLate(hand.step.pk, hand.case.pk, route.today_of(at).isoformat()))


step_kinds.add(INSPECTION, Visit())
