"""A kelurahan with two lines and two windows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from services.queueing import arranging, tickets
from services.queueing.models import QueueLine, Ticket, Window
from services.residents.models import Person
from tenants.office import queries as office
from tenants.office.models import Post, Unit
from tenants.registry.models import City
from tests.factories import Cast, make_cast

As = Callable[[User], Client]
MONDAY = date(2026, 11, 30)
NINE = datetime(2026, 11, 30, 1, tzinfo=UTC)  # nine in Bontang


def at(name: str, *args: object) -> str:
    return reverse(name, args=args, urlconf="config.urls_city")


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """Guesses are counted anew in each test."""
    cache.clear()


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def signed_in(in_bontang: City, client_for: Callable[[City], Client]) -> As:
    def sign_in(user: User) -> Client:
        client = client_for(in_bontang)
        client.force_login(user, "accounts.backends.LoginBackend")
        return client

    return sign_in


def posts(user: User) -> list[Post]:
    return office.posts_of(user, MONDAY)


def line_of(unit: Unit, by: User, prefix: str = "A", **changes: object) -> QueueLine:
    told = {"services": [], "opens": None, "closes": None, "capacity": None, **changes}
    return arranging.add_line(
        unit_id=unit.pk, name=f"Antrean {prefix}", prefix=prefix, posts=posts(by), by=by,
        **told,  # type: ignore[arg-type]
    )  # fmt: skip


@dataclass
class Room:
    """The waiting room, and its official."""

    cast: Cast
    letters: QueueLine
    records: QueueLine
    one: Window
    two: Window

    @property
    def posts(self) -> list[Post]:
        return posts(self.cast.rina)

    def take(
        self, line: QueueLine | None = None, *, at: datetime = NINE, goes_first: bool = False,
        person: Person | None = None, slot_at: datetime | None = None,
    ) -> Ticket:  # fmt: skip
        via = Ticket.Via.COUNTER if person is None else Ticket.Via.PHONE
        via = via if slot_at is None else Ticket.Via.APPOINTMENT
        return tickets.take(
            line_id=(line or self.letters).pk, via=via, by=self.cast.rina, at=at, today=MONDAY,
            goes_first=goes_first, person=person, slot_at=slot_at,
        )  # fmt: skip

    def call(
        self, window: Window | None = None, *, at: datetime = NINE, line: QueueLine | None = None
    ) -> Ticket | None:
        return tickets.call_next(
            window_id=(window or self.one).pk, posts=self.posts, by=self.cast.rina, at=at,
            today=MONDAY, line_id=line.pk if line else None,
        )  # fmt: skip

    def finish(self, ticket: Ticket | None, *, at: datetime = NINE) -> None:
        assert ticket is not None
        tickets.finish(ticket_id=ticket.pk, posts=self.posts, by=self.cast.rina, at=at)


@pytest.fixture
def room(cast: Cast) -> Room:
    return make_room(cast)


def make_room(cast: Cast) -> Room:
    letters = line_of(cast.village, cast.rina, "A")
    records = line_of(cast.village, cast.rina, "B")
    windows = [
        arranging.add_window(
            unit_id=cast.village.pk, name=name, line_ids=[], posts=posts(cast.rina), by=cast.rina
        )
        for name in ("Loket 1", "Loket 2")
    ]
    return Room(cast, letters, records, *windows)
