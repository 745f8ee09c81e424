"""What happens to advice that one office asks of another."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class AdviceAsked(Event, name="advice.asked"):
    advice_id: int
    case_id: int

    def key(self) -> str:
        return str(self.advice_id)


@dataclass(frozen=True)
class AdviceAnswered(Event, name="advice.answered"):
    advice_id: int
    case_id: int

    def key(self) -> str:
        return str(self.advice_id)


@dataclass(frozen=True)
class AdviceLate(Event, name="advice.late"):
    """Again on each working day (``day``, ISO) on which no answer has come."""

    advice_id: int
    case_id: int
    day: str

    def key(self) -> str:
        return f"{self.advice_id}:{self.day}"
