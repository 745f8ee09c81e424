"""Who makes signatures: one folder each, behind one port. What a provider's API looks like is known
in its folder alone."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from kernel.registry import Registry

SILENT = "silent"  # the code of a failure where the provider did not answer in its time


class Failure(Exception):
    """An end without a signature: what the provider said, for the record and for the official."""

    def __init__(self, said: str, *, code: str = "", answer: Mapping[str, Any] | None = None):
        super().__init__(said)
        self.said, self.code = said, code
        self.answer: dict[str, Any] = dict(answer or {})


class NotSent(Failure):
    """Nothing reached the provider: surely nothing was signed, now or for the letters after it."""


class Refused(Failure):
    """The provider said no to this one letter: surely nothing was signed."""


class WrongSecret(Failure):
    """The passphrase or code is wrong, or the certificate cannot be used: nothing was signed, and
    nothing else is to be asked with it."""


class NotKnown(Failure):
    """The provider was asked, and its answer does not tell whether it signed. ``pdf``: what came
    back nevertheless."""

    def __init__(
        self, said: str, *, code: str = "", answer: Mapping[str, Any] | None = None,
        pdf: bytes = b"",
    ):  # fmt: skip
        super().__init__(said, code=code, answer=answer)
        self.pdf = pdf


@dataclass(frozen=True, slots=True)
class Setting:
    """Something the city types once: a key, kept sealed, or an open choice."""

    key: str
    label: str
    is_secret: bool = False
    choices: Sequence[tuple[str, str]] = ()
    help: str = ""
    check: Callable[[str], bool] | None = None  # whether what was typed can be used


@dataclass(frozen=True, slots=True)
class Way:
    """A city's account at a provider."""

    base: str
    allow_http: bool
    keys: Mapping[str, str] = field(repr=False)
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """A visible mark on a page, in points. From which edge of the page a gateway counts ``y`` is
    not written down anywhere; ``services.signing.trial`` finds it out."""

    page: int
    left: int
    y: int
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height


NO_MARK = Mark(1, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Who:
    """The official who signs."""

    user_id: int
    name: str
    identity: str = ""  # by what a gateway knows them


@dataclass(frozen=True, slots=True)
class Asked:
    """One file to be signed."""

    pdf: bytes
    field: str
    reason: str
    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A file that came back. ``checked``: the maker itself has looked that it is whole."""

    pdf: bytes
    answer: Mapping[str, Any] = field(default_factory=dict)
    level: str = ""  # B-B, B-T, B-LT where the maker knows
    checked: "Owner | None" = None


@dataclass(frozen=True, slots=True)
class Owner:
    """A certificate, as a letter's readers are told of it."""

    subject: str
    issuer: str
    serial: str
    fingerprint: str
    ends_at: datetime

    @classmethod
    def of(cls, certificate: x509.Certificate) -> "Owner":
        return cls(
            subject=certificate.subject.rfc4514_string()[:400],
            issuer=certificate.issuer.rfc4514_string()[:400],
            serial=f"{certificate.serial_number:x}",
            fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
            ends_at=certificate.not_valid_after_utc,
        )


class Session(Protocol):
    """One official's provider, opened with their passphrase or code."""

    def sign(self, asked: Asked) -> Made:
        """Raises NotSent, Refused, WrongSecret, NotKnown."""


class Provider(Protocol):
    label: str
    is_certified: bool  # by the law: a certificate of a recognised authority (PSrE)
    is_own: bool  # signs in this process: a fault of ours is no doubt about what happened
    needs_base: bool  # whether there is a gateway with an address
    asks_identity: bool  # whether it knows officials by NIK or e-mail
    gives_codes: bool  # whether it can be asked for a one-time code
    types: str  # what the official types when signing
    settings: tuple[Setting, ...]
    at_once: int  # letters that one piece of work signs
    seconds: int  # how long one letter may take, at most

    def may_be_used(self, *, is_demo: bool) -> bool: ...

    def words(self) -> str:
        """The sentence about it at the foot of each letter."""

    def open(
        self, way: Way, who: Who, secret: str, *, count: int
    ) -> AbstractContextManager[Session]:
        """Raises WrongSecret, NotSent, also from entering."""

    def status(self, way: Way, who: Who) -> tuple[str, str]:
        """What the provider calls the state of this official's certificate, and its code."""

    def chain(self, way: Way, who: Who) -> list[bytes]:
        """The official's certificate and those above it, as DER; empty where it does not say."""

    def code(self, way: Way, who: Who, *, count: int) -> str:
        """Ask for a one-time code for so many files; where it comes, as the provider says. Raises
        NotSent, Refused."""

    def mark(self, way: Way) -> Mark:
        """The visible mark that is ordered with each letter; one of no size for none."""

    def keeps(self, answer: Mapping[str, Any]) -> bool:
        """Whether the file of an earlier answer may still be there. Asks nobody."""

    def recall(self, way: Way, answer: Mapping[str, Any]) -> bytes | None:
        """The file of an earlier answer, where the provider still gives it; None where not. Raises
        NotSent."""


class Offline:
    """What a provider without a gateway answers to questions about one."""

    gives_codes = False

    def code(self, way: Way, who: Who, *, count: int) -> str:
        raise Refused("Di sini tidak ada kode sekali pakai.")

    def status(self, way: Way, who: Who) -> tuple[str, str]:
        return "", ""

    def chain(self, way: Way, who: Who) -> list[bytes]:
        return []

    def mark(self, way: Way) -> Mark:
        return NO_MARK

    def keeps(self, answer: Mapping[str, Any]) -> bool:
        return False

    def recall(self, way: Way, answer: Mapping[str, Any]) -> bytes | None:
        return None


providers: Registry[Provider] = Registry("signing_providers", "who makes electronic signatures")
