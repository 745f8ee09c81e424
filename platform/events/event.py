"""Events: what has happened, as ids and machine values."""

from dataclasses import asdict, fields
from typing import Any, ClassVar, Self

from kernel.registry import Registry

types: Registry[type["Event"]] = Registry("events", "what can be told to subscribers")


class UnknownEvent(LookupError):
    """An event of a later release: this one has no type for it."""


class Event:
    """Base of all events, which are frozen dataclasses in an app's ``events.py``:

        @dataclass(frozen=True)
        class CaseDone(Event, name="case.done"):
            application_id: int

            def key(self) -> str:
                return str(self.application_id)

    The name is written into outbox rows and never changes. Fields are ints, texts and booleans; a
    field added later has a default. No names of people, no NIK: who subscribes reads the rest.
    """

    name: ClassVar[str]

    def __init_subclass__(cls, *, name: str, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = name
        types.add(name, cls)

    def key(self) -> str:
        """Which occurrence this is: published twice with the same key, it is told once."""
        raise NotImplementedError

    def as_payload(self) -> dict[str, object]:
        values: dict[str, object] = asdict(self)  # type: ignore[call-overload]
        return {"event": self.name, "fields": values}

    @classmethod
    def of_fields(cls, values: dict[str, Any]) -> Self:
        """The event again. A field that only a later release knows is left out."""
        known = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        return cls(**{name: value for name, value in values.items() if name in known})


def of_payload(payload: dict[str, Any]) -> Event:
    """The event an outbox row tells of. Raises UnknownEvent."""
    found = types.get(payload["event"])
    if found is None:
        raise UnknownEvent(payload["event"])
    return found.of_fields(payload["fields"])
