"""The API answers as its published schema says, whatever is asked of it."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import given, settings
from schemathesis.specs.openapi.schemas import OpenApiSchema

from services.api import views
from tenants.registry.models import City
from tests.factories import approve, make_cast, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_one_transaction() -> Iterator[None]:
    """Requests by WSGI stay in the transaction of the test, as those of Django's own client."""
    sent = (request_started, request_finished)
    for signal in sent:
        signal.disconnect(close_old_connections)
    yield
    for signal in sent:
        signal.connect(close_old_connections)


@pytest.fixture
def contract(
    in_bontang: City, in_one_transaction: None, monkeypatch: pytest.MonkeyPatch
) -> OpenApiSchema:
    """The schema, of a city that has issued a letter; without its limits, which others test."""
    for throttle in (views.OpenThrottle, views.FileThrottle):
        monkeypatch.setattr(throttle, "rate", "100000/min")
    cast = make_cast()
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)
    found: OpenApiSchema = schemathesis.openapi.from_wsgi(
        "/api/v1/skema/", get_wsgi_application(), headers={"Host": in_bontang.host}
    )
    return found


def test_every_answer_is_as_the_schema_says(contract: OpenApiSchema, in_bontang: City) -> None:
    operations = [found.ok() for found in contract.get_all_operations()]
    assert len(operations) >= 3
    for operation in operations:

        @settings(max_examples=40)
        @given(case=operation.as_strategy())
        def asked(case: schemathesis.Case) -> None:
            case.call_and_validate(headers={"Host": in_bontang.host, "Accept-Encoding": "identity"})

        asked()
