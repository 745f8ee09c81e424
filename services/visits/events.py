"""What happens to visits, as others may want to know it."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class StopPlanned(Event, name="visit.planned"):
    """Somebody of an office comes to an applicant's home."""

    stop_id: int
    case_id: int

    def key(self) -> str:
        return str(self.stop_id)


@dataclass(frozen=True)
class StopCancelled(Event, name="visit.cancelled"):
    """Nobody comes to an applicant's home on the day that was told."""

    stop_id: int
    case_id: int

    def key(self) -> str:
        return str(self.stop_id)
