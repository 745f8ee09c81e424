"""A neighbourhood with its officials, and a browser in which one of them is signed in."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tenants.registry.models import City
from tests.factories import Cast, make_cast


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def as_(in_bontang: City, client_for: Callable[[City], Client]) -> Callable[[User], Client]:
    def enter(user: User) -> Client:
        client = client_for(in_bontang)
        backend = "services.residents.backends.NikBackend"
        if not user.login.startswith("nik:"):
            backend = "accounts.backends.LoginBackend"
        client.force_login(user, backend)
        return client

    return enter
