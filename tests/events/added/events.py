"""An event of an app that is no part of Balai."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class BellRung(Event, name="test.bell_rung"):
    bell_id: int
    loud: bool = True

    def key(self) -> str:
        return str(self.bell_id)


@dataclass(frozen=True)
class BellMoved(Event, name="test.bell_moved"):
    bell_id: int

    def key(self) -> str:
        return str(self.bell_id)
