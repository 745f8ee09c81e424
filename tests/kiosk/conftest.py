"""A kelurahan with an open kiosk, and a resident without an account who stands at it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from kernel import clock
from services.residents.kiosk import actions
from services.residents.models import Kiosk, Person
from services.web.access import today
from tenants.registry.models import City
from tests.factories import Cast, family, make_cast

As = Callable[[User], Client]


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


@pytest.fixture
def resident(cast: Cast) -> Person:
    """The head of a household of RT 001 in which nobody has an account."""
    return family(cast.village)[0]


def opened(by: User, unit_id: int) -> Kiosk:
    kiosk, _ = actions.open_kiosk(unit_id=unit_id, by=by, at=clock.now(), today=today())
    return kiosk


def facts(person: Person) -> dict[str, object]:
    """What this person types, as the action takes it."""
    card = person.household.kk_number[-6:]
    return {"nik": person.nik, "birth_date": person.birth_date, "card": card}


def typed(person: Person) -> dict[str, object]:
    """The same as the form sends it."""
    born = person.birth_date
    return {
        "nik": person.nik, "card": person.household.kk_number[-6:],
        "birth_date_0": born.day, "birth_date_1": born.month, "birth_date_2": born.year,
    }  # fmt: skip


def stand(kiosk: Kiosk, person: Person) -> Kiosk:
    """This person's turn at the kiosk, read afresh."""
    actions.identify(kiosk=kiosk, **facts(person), at=clock.now())  # type: ignore[arg-type]
    return again(kiosk)


def again(kiosk: Kiosk) -> Kiosk:
    return Kiosk.objects.select_related("user", "unit", "opened_by", "person").get(pk=kiosk.pk)


@pytest.fixture
def kiosk(cast: Cast) -> Kiosk:
    return opened(cast.rina, cast.village.pk)


@dataclass
class Screen:
    """The browser that became the kiosk."""

    client: Client
    kiosk: Kiosk

    def stand(self, person: Person) -> None:
        answer = self.client.post(at("kiosk-identity"), typed(person))
        assert answer.status_code == 302, answer.content.decode()


@pytest.fixture
def screen(cast: Cast, signed_in: As) -> Screen:
    client = signed_in(cast.rina)
    answer = client.post(at("desk-kiosks"), {"unit": cast.village.pk})
    assert answer["Location"] == at("kiosk")
    return Screen(client, Kiosk.objects.get(ended_at=None))
