"""Ways on which a notice leaves: one module a channel, one registry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from kernel.registry import Registry


class Reader(Protocol):
    """Whom a notice is for, as far as a channel looks: an ``accounts.User`` has all of it."""

    @property
    def pk(self) -> Any: ...
    @property
    def login(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def language(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Text:
    """A notice in words. ``subject`` is one line, empty where its text has none."""

    subject: str
    body: str


class Order(Protocol):
    """Asks for a text to be delivered once the running transaction commits."""

    def __call__(
        self, to: str, text: Text, *, key: str, essential: bool = False, on_behalf_of: str = ""
    ) -> None:
        """``key`` makes it one message, not two. An ``essential`` one ignores the city's quota.
        ``on_behalf_of`` is the e-mail address that is told when it cannot be delivered."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to reach people.

    ``address_of`` gives where this person is reached, empty where they cannot be. ``order``
    enqueues an ``@work.effect`` of the channel's own, with a queue of its own.
    """

    name: str  # in Indonesian, for people
    address_of: Callable[[Reader], str]
    order: Order


channels: Registry[Channel] = Registry("channels", "ways on which a notice leaves")
