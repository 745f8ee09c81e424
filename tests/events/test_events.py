"""What has happened reaches every subscriber, also when one of them fails."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from types import ModuleType, SimpleNamespace

import pytest
from django.db import transaction

from audit.models import Entry
from events.event import of_payload, types
from events.subscribers import publish, subscribe, subscribers
from messaging import outbox, work
from messaging.models import Outbox
from tenants.registry.models import City


@pytest.fixture
def added() -> Iterator[SimpleNamespace]:
    """The app in tests/events/added: its folder alone adds events and subscribers."""

    def load(name: str) -> ModuleType:
        sys.modules.pop(f"tests.events.added.{name}", None)
        return importlib.import_module(f"tests.events.added.{name}")

    with types.changed(), subscribers.changed():
        yield SimpleNamespace(events=load("events"), subscribers=load("subscribers"))


def ring(added: SimpleNamespace, bell_id: int = 1, **more: bool) -> None:
    with transaction.atomic():
        publish(added.events.BellRung(bell_id, **more))


def told() -> list[str]:
    found = Entry.objects.filter(what__startswith="test.").order_by("pk")
    return [what.removeprefix("test.") for what in found.values_list("what", flat=True)]


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    real = outbox.now
    monkeypatch.setattr("messaging.outbox.now", lambda: real() + by)


def test_every_subscriber_is_told_once(in_bontang: City, added: SimpleNamespace) -> None:
    ring(added)
    ring(added)
    assert told() == []  # nothing happens in the publisher's transaction
    outbox.run_due()
    assert told() == ["first", "second", "only_loud"]


def test_a_subscriber_is_spared_what_does_not_concern_it(
    in_bontang: City, added: SimpleNamespace
) -> None:
    ring(added, loud=False)
    outbox.run_due()
    assert told() == ["first", "second"]


def test_one_that_fails_is_tried_again_by_itself(
    in_bontang: City, added: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    added.subscribers.faults["first"] = RuntimeError("not now")
    ring(added)
    outbox.run_due()
    assert told() == ["second", "only_loud"]  # and nothing of what the failed one wrote
    added.subscribers.faults.clear()
    later(monkeypatch, timedelta(minutes=1))
    outbox.run_due()
    assert told() == ["second", "only_loud", "first"]
    assert not Outbox.objects.exclude(state=Outbox.State.DONE).exists()


def test_one_that_never_succeeds_is_given_up_by_itself(
    in_bontang: City, added: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    added.subscribers.faults["second"] = work.Hopeless("never")
    ring(added)
    outbox.run_due()
    later(monkeypatch, timedelta(minutes=1))
    outbox.run_due()
    assert told() == ["first", "only_loud"]
    [failed] = Outbox.objects.filter(state=Outbox.State.FAILED)
    assert failed.key.endswith(".second")


def test_publishing_belongs_in_a_transaction(in_bontang: City, added: SimpleNamespace) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        publish(added.events.BellRung(1))


def test_what_is_rolled_back_is_told_to_nobody(in_bontang: City, added: SimpleNamespace) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(added.events.BellRung(1))
        raise ZeroDivisionError
    outbox.run_due()
    assert told() == []


def test_an_event_nobody_subscribes_to_writes_no_row(
    in_bontang: City, added: SimpleNamespace
) -> None:
    with transaction.atomic():
        publish(added.events.BellMoved(1))
    assert not Outbox.objects.exists()


def test_an_event_of_a_later_release_waits(
    in_bontang: City, added: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(added)
    later_release = {"event": "test.later", "fields": {"bell_id": 1}}
    Outbox.objects.update(payload=later_release)
    for hours in range(1, 40):
        later(monkeypatch, timedelta(hours=1))
        assert outbox.run_due() == 0, hours
    row = Outbox.objects.get()
    assert (row.state, row.payload) == (Outbox.State.DUE, later_release)
    Outbox.objects.update(payload=added.events.BellRung(1).as_payload())
    later(monkeypatch, timedelta(hours=1))
    outbox.run_due()
    assert told() == ["first", "second", "only_loud"]


def test_a_field_of_a_later_release_is_left_out(added: SimpleNamespace) -> None:
    event = added.events.BellRung(7)
    payload = event.as_payload()
    payload["fields"]["colour"] = "red"
    assert of_payload(payload) == event


def test_a_subscriber_whose_name_no_row_could_bear_is_refused(added: SimpleNamespace) -> None:
    def run(event: object) -> None: ...

    run.__qualname__ = "a/b"
    with pytest.raises(ValueError, match="outbox"):
        subscribe(added.events.BellRung)(run)


def test_events_carry_machine_values_only() -> None:
    """No names, no addresses, no numbers of people: ids, codes and yes or no."""
    for name, event in types.items():
        for field in fields(event):  # type: ignore[arg-type]
            assert field.type in (int, str, bool), (name, field.name)
            if field.type is str:
                assert field.name in {"level", "day", "kind"}, field.name
            if field.type is int:
                assert field.name.endswith("_id"), (name, field.name)
