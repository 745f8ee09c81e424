"""A kind of step: the case waits, so that others may object, and goes on by itself."""

from datetime import datetime
from typing import Literal

from accounts.models import User
from services.cases import route
from services.cases.kinds import AtHand
from services.cases.models import Case
from services.cases.steps.registry import step_kinds
from services.catalogue.steps import StepSpec, step_specs


class WaitStep(StepSpec):
    label = "Menunggu"

    kind: Literal["wait"]
    why: str = ""


class Wait:
    def open(self, case: Case, spec: WaitStep, at: datetime) -> bool:
        return route.put(case, spec, at)

    def complete(self, hand: AtHand, at: datetime, *, by: User | None, note: str) -> None:
        route.complete(hand, at, by=by, note=note)

    def on_timeout(self, hand: AtHand, at: datetime) -> None:
        self.complete(hand, at, by=None, note="Tidak ada yang berkeberatan.")


step_specs.add("wait", WaitStep)
step_kinds.add("wait", Wait())
