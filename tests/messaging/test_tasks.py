"""Every Celery task carries its city."""

import uuid
from typing import Any

import pytest
from celery import shared_task
from celery.exceptions import Reject

from config.celery import NoCity, app
from tenants.backend.place import current_place
from tenants.backend.scope import in_city, in_public
from tenants.registry.models import City


@shared_task(name="tests.where")
def where() -> str:
    return current_place.get().schema_name


@shared_task(name="tests.where_public", runs_in_public=True)
def where_public() -> str:
    return current_place.get().schema_name


def deliver(task: Any, headers: dict[str, object]) -> Any:
    """Run a task as a worker does, from a message with these headers."""
    task.push_request(id=str(uuid.uuid4()), headers=headers, called_directly=False)
    try:
        return task()
    finally:
        task.pop_request()


def test_runs_in_the_city_of_its_message(bontang: City, blitar: City) -> None:
    with in_city(blitar):  # whatever the worker did before
        assert deliver(where, {"_schema_name": "c6474"}) == "c6474"
        assert current_place.get().schema_name == "c3505"


@pytest.mark.parametrize("headers", [{}, {"_schema_name": None}, {"_schema_name": ""}])
def test_a_message_without_a_city_is_refused(db: None, headers: dict[str, object]) -> None:
    for task in (where, where_public):
        with pytest.raises(Reject):
            deliver(task, headers)


def test_public_only_when_declared(db: None) -> None:
    assert deliver(where_public, {"_schema_name": "public"}) == "public"
    with pytest.raises(Reject):
        deliver(where, {"_schema_name": "public"})
    with in_public(), pytest.raises(NoCity):
        where.delay()
    with in_public(), pytest.raises(NoCity):
        where()


def test_a_city_that_is_gone_or_closed_is_refused(bontang: City) -> None:
    from tenants.registry import queries

    with pytest.raises(Reject, match="no city"):
        deliver(where, {"_schema_name": "c9999"})
    City.objects.filter(pk=bontang.pk).update(status=City.Status.CLOSED)
    queries._by_schema.clear()
    with pytest.raises(Reject):
        deliver(where, {"_schema_name": "c6474"})
    queries._by_schema.clear()


def test_a_task_in_a_city_may_be_called_directly(in_bontang: City) -> None:
    assert where() == "c6474"


def test_every_task_is_ours() -> None:
    from config.celery import CityTask

    app.loader.import_default_modules()
    ours = [t for name, t in app.tasks.items() if not name.startswith("celery.")]
    assert {"messaging.tasks.deliver", "messaging.tasks.dispatch"} <= {t.name for t in ours}
    assert all(isinstance(task, CityTask) for task in ours)
