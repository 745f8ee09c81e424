"""What happens to results."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class ResultReady(Event, name="result.ready"):
    """It may be fetched, downloaded or delivered: again, when it had come back."""

    result_id: int
    case_id: int
    entry_id: int  # of the audit log: it may become ready again

    def key(self) -> str:
        return f"{self.result_id}:{self.entry_id}"


@dataclass(frozen=True)
class ResultHandedOver(Event, name="result.handed_over"):
    hand_over_id: int
    case_id: int

    def key(self) -> str:
        return str(self.hand_over_id)


@dataclass(frozen=True)
class DeliveryFailed(Event, name="result.delivery_failed"):
    hand_over_id: int
    case_id: int

    def key(self) -> str:
        return str(self.hand_over_id)
