"""What happens to signatures, as others may want to know it."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class LetterSigned(Event, name="letter.signed"):
    """A letter has every signature it needs."""

    letter_id: int

    def key(self) -> str:
        return str(self.letter_id)


@dataclass(frozen=True)
class SignatureAsked(Event, name="signature.asked"):
    """An official is asked for a signature, and the letter is there to be read."""

    signature_id: int

    def key(self) -> str:
        return str(self.signature_id)


@dataclass(frozen=True)
class SignatureRefused(Event, name="signature.refused"):
    """An official does not sign; the letter will not be given out."""

    signature_id: int
    letter_id: int

    def key(self) -> str:
        return str(self.signature_id)


@dataclass(frozen=True)
class SignatureUnknown(Event, name="signature.unknown"):
    """Nobody knows whether a signature was made: a person has to look."""

    signature_id: int
    attempt_id: int

    def key(self) -> str:
        return str(self.attempt_id)


@dataclass(frozen=True)
class StepSigned(Event, name="signature.step_signed"):
    """The signature that a step of a case waits for is there."""

    signature_id: int
    letter_id: int

    def key(self) -> str:
        return str(self.signature_id)
