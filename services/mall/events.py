"""What happens to numbers of outside systems."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class OutsideStatusChanged(Event, name="outside.status_changed"):
    """A list says something new of a number that somebody noted here."""

    own_number_id: int
    status_file_id: int

    def key(self) -> str:
        return f"{self.own_number_id}:{self.status_file_id}"


@dataclass(frozen=True)
class OutsideExpires(Event, name="outside.expires"):
    """What a number stands for ends soon."""

    own_number_id: int
    outside_status_id: int
    day: str

    def key(self) -> str:
        return f"{self.own_number_id}:{self.outside_status_id}:{self.day}"
