"""What happens to people of the register, as others may want to know it."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class PersonChanged(Event, name="person.changed"):
    """``kind`` is a key of ``PersonEvent.Kind``. An import tells only of those who are dead, gone
    or back since: of a hundred thousand corrected occupations nobody needs to hear."""

    person_id: int
    event_id: int
    kind: str

    def key(self) -> str:
        return str(self.event_id)
