"""What a kind of step does. Each file of this folder adds one to ``step_kinds``."""

from datetime import datetime
from typing import Any, Protocol

from accounts.models import User
from kernel.registry import Registry
from services.cases.kinds import AtHand
from services.cases.models import Case


class StepKind(Protocol):
    """What happens at a step of this kind. The case is locked in all three."""

    def open(self, case: Case, spec: Any, at: datetime) -> bool:
        """Make the step's row; whether the case waits there. Raises RuleBroken when it cannot."""

    def complete(self, hand: AtHand, at: datetime, *, by: User | None, note: str) -> None:
        """The step has come to its end; ``route.complete`` brings the case on. Raises RuleBroken
        when it may not."""

    def on_timeout(self, hand: AtHand, at: datetime) -> None:
        """The step is open past its ``due_at``; asked again while it stays so."""


step_kinds: Registry[StepKind] = Registry("kinds_of_step", "kinds of step a case may pass")
