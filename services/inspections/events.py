"""What happens to visits, as others may want to know it."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class InspectionScheduled(Event, name="inspection.scheduled"):
    """An official said when they come; ``time_id`` counts how often, for one visit."""

    inspection_id: int
    case_id: int
    time_id: int

    def key(self) -> str:
        return f"{self.inspection_id}:{self.time_id}"
