"""What the web server and the worker really write to their logs."""

import io
import logging
from collections.abc import Callable, Iterator

import pytest
from celery.signals import after_setup_logger
from django.contrib.auth.tokens import default_token_generator
from django.test import Client

from kernel.logs import Discreet
from tenants.backend.scope import in_city
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import official


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """The lines of the handler the settings make."""
    (handler,) = [
        one
        for one in logging.getLogger().handlers
        if isinstance(one, logging.StreamHandler)
        and any(isinstance(found, Discreet) for found in one.filters)
    ]
    out = io.StringIO()
    before = handler.setStream(out)
    yield out
    if before is not None:
        handler.setStream(before)


@pytest.mark.django_db
def test_a_refused_request_is_one_line(
    bontang: City, client_for: Callable[[City], Client], written: io.StringIO
) -> None:
    client = client_for(bontang)
    with in_city(bontang):
        clerk = official("loket", Unit.objects.filter(kind="kelurahan")[0], "loket")
        client.force_login(clerk, backend="accounts.backends.LoginBackend")
    assert client.get("/kelola/data/").status_code == 403
    assert written.getvalue().splitlines()[0].endswith("/kelola/data/")
    assert len(written.getvalue().splitlines()) == 1


@pytest.mark.django_db
def test_a_link_that_does_not_open_is_not_written_down(
    bontang: City, client_for: Callable[[City], Client], written: io.StringIO
) -> None:
    with in_city(bontang):
        clerk = official("loket", Unit.objects.filter(kind="kelurahan")[0], "loket")
        token = default_token_generator.make_token(clerk)
    strict = client_for(bontang)
    strict.handler.enforce_csrf_checks = True
    for path in (f"/sandi/MTI/{token}/x/", f"/dukungan/{token}/"):
        assert strict.post(path, {"a": "b"}).status_code in (403, 404)
    text = written.getvalue()
    assert "/sandi/MTI/…" in text and "/dukungan/…" in text
    assert token not in text


def test_a_workers_own_handlers_are_as_discreet() -> None:
    import config.celery  # noqa: F401  # registers itself

    logger = logging.Logger("worker")
    logger.addHandler(logging.StreamHandler(io.StringIO()))
    after_setup_logger.send(sender=None, logger=logger, loglevel=20, logfile=None)
    assert any(isinstance(one, Discreet) for one in logger.handlers[0].filters)
