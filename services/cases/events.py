"""What happens to a case, as others may want to know it.

Steps that close because the case was returned, refused, withdrawn or taken back elsewhere have no
event of their own.
"""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class CaseSubmitted(Event, name="case.submitted"):
    case_id: int
    returned_step_id: int = 0  # the step that had asked for corrections; 0 the first time

    def key(self) -> str:
        return f"{self.case_id}:{self.returned_step_id}"


@dataclass(frozen=True)
class StepOpened(Event, name="step.opened"):
    """The case has reached a step. ``level`` is that of its desk, "" where nobody decides;
    ``reopened`` when the official of a desk took an answer back."""

    step_id: int
    case_id: int
    level: str
    reopened: bool = False

    def key(self) -> str:
        return str(self.step_id)


@dataclass(frozen=True)
class StepSkipped(Event, name="step.skipped"):
    """The desk was passed over on the way: nobody holds the post, or it is the applicant's."""

    step_id: int
    case_id: int

    def key(self) -> str:
        return str(self.step_id)


@dataclass(frozen=True)
class StepDone(Event, name="step.done"):
    """An official approved."""

    step_id: int
    case_id: int

    def key(self) -> str:
        return str(self.step_id)


@dataclass(frozen=True)
class StepTaken(Event, name="step.taken"):
    """An official has the open step in hand: taken, taken over, or given by a colleague."""

    step_id: int
    case_id: int
    entry_id: int  # of the audit log: a step may change hands several times

    def key(self) -> str:
        return f"{self.step_id}:{self.entry_id}"


@dataclass(frozen=True)
class StepForwarded(Event, name="step.forwarded"):
    """An official gave the step to another desk, where one of the same key opened."""

    step_id: int
    case_id: int

    def key(self) -> str:
        return str(self.step_id)


@dataclass(frozen=True)
class StepTakenBack(Event, name="step.taken_back"):
    """An official took their approval back; a step that opens again follows."""

    step_id: int
    case_id: int

    def key(self) -> str:
        return str(self.step_id)


@dataclass(frozen=True)
class StepPassedOver(Event, name="step.passed_over"):
    """Nobody answered in time, and the case went on."""

    step_id: int
    case_id: int

    def key(self) -> str:
        return str(self.step_id)


@dataclass(frozen=True)
class StepLate(Event, name="step.late"):
    """A desk has missed its clock; again on each working day (``day``, ISO) it waits on."""

    step_id: int
    case_id: int
    day: str

    def key(self) -> str:
        return f"{self.step_id}:{self.day}"


@dataclass(frozen=True)
class DeadlineNear(Event, name="case.deadline"):
    """A share of the term of the law is used up: ``level`` is "50", "80" or "100" percent."""

    case_id: int
    level: str

    def key(self) -> str:
        return f"{self.case_id}:{self.level}"


@dataclass(frozen=True)
class FeeLate(Event, name="step.fee_late"):
    """An order was not paid in time; again on each working day (``day``, ISO) it stays so."""

    step_id: int
    case_id: int
    day: str

    def key(self) -> str:
        return f"{self.step_id}:{self.day}"


@dataclass(frozen=True)
class CaseReturned(Event, name="case.returned"):
    step_id: int
    case_id: int

    def key(self) -> str:
        return str(self.step_id)


@dataclass(frozen=True)
class CaseRefused(Event, name="case.refused"):
    step_id: int
    case_id: int

    def key(self) -> str:
        return str(self.step_id)


@dataclass(frozen=True)
class CaseDone(Event, name="case.done"):
    case_id: int

    def key(self) -> str:
        return str(self.case_id)


@dataclass(frozen=True)
class CaseWithdrawn(Event, name="case.withdrawn"):
    case_id: int

    def key(self) -> str:
        return str(self.case_id)
