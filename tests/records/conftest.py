"""An office with its books."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from services.records.access import Reach, reach_of
from tenants.office.queries import posts_of
from tenants.office.roles import Can, can, is_desk
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, make_cast

As = Callable[[User], Client]


def at(name: str, *args: object) -> str:
    return reverse(name, args=args, urlconf="config.urls_city")


def reach(user: User) -> Reach:
    posts = posts_of(user, MONDAY.date())
    return reach_of(
        [post for post in posts if is_desk(post.role)],
        administers=any(can(post.role, Can.ADMINISTERS) for post in posts),
    )


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def as_(in_bontang: City, client_for: Callable[[City], Client]) -> As:
    def enter(user: User) -> Client:
        client = client_for(in_bontang)
        client.force_login(user, "accounts.backends.LoginBackend")
        return client

    return enter
