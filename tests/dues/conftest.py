"""A head of an RT with households, and a treasurer."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tenants.office.models import Post
from tenants.office.queries import posts_of
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, make_cast, official

As = Callable[[User], Client]


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def posts(cast: Cast) -> list[Post]:
    """Those of the head of RT 001."""
    return posts_of(cast.hasan, MONDAY.date())


@pytest.fixture
def treasurer(cast: Cast) -> User:
    """Of RT 001."""
    unit = cast.sari_person.household.rt
    Post.objects.create(unit=unit, role="bendahara_rt", title="Bendahara RT 001")
    return official("wati", unit, "bendahara_rt")


@pytest.fixture
def as_(in_bontang: City, client_for: Callable[[City], Client]) -> As:
    def enter(user: User) -> Client:
        client = client_for(in_bontang)
        backend = "services.residents.backends.NikBackend"
        if not user.login.startswith("nik:"):
            backend = "accounts.backends.LoginBackend"
        client.force_login(user, backend)
        return client

    return enter
