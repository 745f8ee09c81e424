"""A city with its people, and browsers that are signed in."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from tenants.registry.models import City
from tests.cases.conftest import admin as admin
from tests.cases.conftest import as_ as as_
from tests.cases.conftest import cast as cast


@pytest.fixture
def anyone(in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    """A browser in which nobody is signed in."""
    return client_for(in_bontang)


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """Numbers that were noted are counted anew in each test."""
    cache.clear()
