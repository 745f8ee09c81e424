from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tenants.office.models import Post
from tenants.office.queries import posts_of
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, make_cast

As = Callable[[User], Client]


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
def posts(cast: Cast) -> list[Post]:
    """Those of the head of RT 001."""
    return posts_of(cast.hasan, MONDAY.date())
