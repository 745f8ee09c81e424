"""What happens to the letters of an application. What happens to the application itself is told by
``services.cases.events``."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class LetterReady(Event, name="letter.ready"):
    """The PDF of an issued letter is made and archived."""

    letter_id: int
    application_id: int

    def key(self) -> str:
        return str(self.letter_id)


@dataclass(frozen=True)
class LetterRevoked(Event, name="letter.revoked"):
    letter_id: int
    application_id: int

    def key(self) -> str:
        return str(self.letter_id)


@dataclass(frozen=True)
class LetterVoid(Event, name="letter.void"):
    """A letter that nobody was to sign is void before its holder got it."""

    letter_id: int
    application_id: int

    def key(self) -> str:
        return str(self.letter_id)
