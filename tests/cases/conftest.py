from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import Cast, make_cast, official


@pytest.fixture
def cast(in_bontang) -> Cast:
    return make_cast()


@pytest.fixture
def admin(cast: Cast) -> User:
    return official("admin", Unit.objects.get(kind="kota"), "admin")


@pytest.fixture
def as_(in_bontang: City, client_for: Callable[[City], Client]) -> Callable[[User], Client]:
    """A browser in which this user is signed in."""

    def enter(user: User) -> Client:
        client = client_for(in_bontang)
        is_resident = user.login.startswith("nik:")
        backend = (
            "services.residents.backends.NikBackend"
            if is_resident
            else ("accounts.backends.LoginBackend")
        )
        client.force_login(user, backend)
        return client

    return enter
