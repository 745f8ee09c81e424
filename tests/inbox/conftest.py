from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tenants.registry.models import City
from tests.factories import Cast, all_users, make_cast, official


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    made = make_cast()
    for user in all_users(made):
        User.objects.filter(pk=user.pk).update(email=f"{user.pk}@example.com")
        user.refresh_from_db()
    return made


@pytest.fixture
def dewi(cast: Cast) -> User:
    """A second official at the counter of the kelurahan."""
    return official("dewi", cast.village, "loket")


@pytest.fixture
def as_(in_bontang: City, client_for: Callable[[City], Client]) -> Callable[[User], Client]:
    """A browser in which this official is signed in."""

    def enter(user: User) -> Client:
        client = client_for(in_bontang)
        client.force_login(user, "accounts.backends.LoginBackend")
        return client

    return enter
