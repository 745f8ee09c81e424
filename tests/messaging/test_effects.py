"""Work outside the database holds no lock; an outcome nobody knows is not repeated blindly."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from kernel.clock import now
from messaging import outbox, sweeping, work
from messaging.models import Outbox
from messaging.work import Outcome

Clock = Callable[[timedelta], None]
Declare = Callable[..., None]


class Outside:
    """What happened outside, and what goes wrong there."""

    def __init__(self) -> None:
        self.acts: list[str] = []
        self.recorded: list[object] = []
        self.failed: list[str] = []
        self.fault: BaseException | None = None
        self.found: Outcome | Exception = Outcome.UNKNOWN

    def act(self, payload: work.Payload, key: str) -> object:
        assert not outbox._in_transaction(), "a transaction is open while the outside answers"
        assert Outbox.objects.get(key=key).state == "acting", "the claim is not written"
        self.acts.append(key)
        if self.fault is not None:
            raise self.fault
        return f"receipt {payload['n']}"

    def record(self, payload: work.Payload, result: object) -> None:
        assert outbox._in_transaction()
        self.recorded.append((payload["n"], result))

    def reconcile(self, payload: work.Payload, key: str) -> Outcome:
        assert not outbox._in_transaction()
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def declare(outside: Outside) -> Iterator[Declare]:
    """Registers the effect ``test.sign`` for one test."""

    def declared(**more: object) -> None:
        work.effect(
            "test.sign",
            record=outside.record,
            on_failed=lambda _, error: outside.failed.append(error.splitlines()[-1]),
            **more,  # type: ignore[arg-type]
        )(outside.act)

    with work.handlers.changed():
        yield declared


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moment = [now()]
    monkeypatch.setattr(outbox, "now", lambda: moment[0])

    def move(by: timedelta) -> None:
        moment[0] += by

    return move


def order(n: int = 1) -> Outbox:
    with transaction.atomic():
        outbox.enqueue("test.sign", {"n": n}, key=f"sign:{n}")
    return Outbox.objects.get(key=f"sign:{n}")


def run(row: Outbox) -> Outbox:
    outbox.run(row.pk)
    row.refresh_from_db()
    return row


def test_an_effect_happens_once_and_is_recorded_with_the_mark_done(
    db: None, outside: Outside, declare: Declare
) -> None:
    declare()
    row = run(order())
    assert (row.state, row.payload) == ("done", {})
    assert run(row).state == "done"
    assert outside.acts == ["sign:1"] and outside.recorded == [(1, "receipt 1")]


def test_no_other_worker_takes_an_effect_under_way(
    db: None, outside: Outside, declare: Declare
) -> None:
    declare()
    row = order()
    effect = work.handlers["test.sign"]
    assert isinstance(effect, work.Effect)

    def act(payload: work.Payload, key: str) -> object:
        assert not outbox.run(row.pk)
        return outside.act(payload, key)

    with work.handlers.changed({"test.sign": replace(effect, act=act)}):
        assert run(row).state == "done"
    assert outside.acts == ["sign:1"]


def test_what_surely_did_not_happen_is_tried_again_and_given_up_at_last(
    db: None, outside: Outside, declare: Declare, later: Clock
) -> None:
    declare()
    outside.fault = work.NotDone("the gateway is closed")
    row = run(order())
    assert (row.state, row.attempts) == ("due", 1) and row.due_at > outbox.now()
    for _ in range(outbox.MAX_ATTEMPTS):
        later(timedelta(days=1))
        run(row)
    assert row.state == "failed" and len(outside.acts) == outbox.MAX_ATTEMPTS
    assert outside.failed == ["messaging.work.NotDone: the gateway is closed"]


def test_what_is_hopeless_fails_at_once(db: None, outside: Outside, declare: Declare) -> None:
    declare()
    outside.fault = work.Hopeless("no such person")
    assert run(order()).state == "failed" and len(outside.acts) == 1


def test_an_unknown_outcome_is_left_to_a_person(
    db: None, outside: Outside, declare: Declare, later: Clock
) -> None:
    declare()
    outside.fault = TimeoutError("no answer")
    row = run(order())
    assert row.state == "held" and "no answer" in row.error
    later(timedelta(days=30))
    assert run(row).state == "held" and outbox.run_due() == 0
    outbox.retry(row.pk)  # is for what failed
    assert run(row).state == "held"
    assert len(outside.acts) == 1 and row.payload == {"n": 1}


@pytest.mark.parametrize("happened", [True, False])
def test_a_person_says_whether_a_held_effect_happened(
    db: None, outside: Outside, declare: Declare, happened: bool
) -> None:
    declare()
    outside.fault = TimeoutError("no answer")
    row = run(order())
    outside.fault = None
    outbox.resolve(row.pk, happened=happened)
    assert run(row).state == "done"
    assert len(outside.acts) == (1 if happened else 2)
    assert outside.recorded == [(1, None if happened else "receipt 1")]


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (Outcome.DONE, "done"),
        (Outcome.NOT_DONE, "due"),
        (Outcome.UNKNOWN, "unknown"),
        (OSError("away"), "unknown"),
    ],
)
def test_an_unknown_outcome_is_asked_for(
    db: None,
    outside: Outside,
    declare: Declare,
    later: Clock,
    found: Outcome | Exception,
    state: str,
) -> None:
    declare(reconcile=outside.reconcile)
    outside.fault = TimeoutError("no answer")
    row = run(order())
    assert run(row).state == "unknown"  # not due yet
    outside.found = found
    later(timedelta(minutes=1))
    assert run(row).state == state
    assert len(outside.acts) == 1


def test_asking_without_an_answer_ends_with_a_person(
    db: None, outside: Outside, declare: Declare, later: Clock
) -> None:
    declare(reconcile=outside.reconcile)
    outside.fault = TimeoutError("no answer")
    row = order()
    for _ in range(2 * outbox.MAX_ATTEMPTS):
        run(row)
        later(timedelta(days=1))
    assert row.state == "held" and len(outside.acts) == 1


def test_an_effect_that_the_receiver_recognises_is_repeated(
    db: None, outside: Outside, declare: Declare, later: Clock
) -> None:
    declare(repeatable=True)
    outside.fault = TimeoutError("no answer")
    row = run(order())
    assert row.state == "due"
    outside.fault = None
    later(timedelta(minutes=1))
    assert run(row).state == "done" and outside.acts == ["sign:1", "sign:1"]


def test_the_outcome_is_unknown_when_the_worker_died_during_the_effect(
    db: None, outside: Outside, declare: Declare, later: Clock
) -> None:
    declare(reconcile=outside.reconcile, lease=timedelta(minutes=2))
    row = order()
    outside.fault = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        outbox.run(row.pk)
    outside.fault = None
    assert run(row).state == "acting" and len(outside.acts) == 1
    outside.found = Outcome.DONE
    later(timedelta(minutes=3))
    assert run(row).state == "done" and len(outside.acts) == 1


def test_a_worker_whose_lease_ended_records_nothing(
    db: None, outside: Outside, declare: Declare, later: Clock
) -> None:
    declare(lease=timedelta(minutes=2))
    row = order()
    effect = work.handlers["test.sign"]
    assert isinstance(effect, work.Effect)

    def slow(payload: work.Payload, key: str) -> object:
        later(timedelta(minutes=3))
        assert not outbox.run(row.pk)  # another worker finds that the lease ended
        return None

    with work.handlers.changed({"test.sign": replace(effect, act=slow)}):
        assert run(row).state == "held"
    assert outside.recorded == []


def test_an_effect_is_not_run_inside_a_transaction(
    db: None, outside: Outside, declare: Declare
) -> None:
    declare()
    row = order()
    with pytest.raises(RuntimeError, match="hold a transaction"), transaction.atomic():
        outbox.run(row.pk)
    assert outside.acts == []


def test_each_kind_of_work_has_its_queue(db: None, declare: Declare) -> None:
    declare(queue="signing")
    told: list[str] = []
    with outbox.deliverer.changed(lambda _row, queue: told.append(queue)):
        for kind in ("test.sign", "mail.send", "applications.issue", "of.a.later.release"):
            outbox.send(1, kind)
    assert told == ["signing", "mail", "celery", "celery"]


def test_the_sweep_finds_effects_whose_lease_ended(db: None, declare: Declare) -> None:
    declare()
    row = order()
    ended = now() - timedelta(minutes=10)
    Outbox.objects.filter(pk=row.pk).update(state="acting", due_at=ended, sent_at=ended)
    told: list[int] = []
    with outbox.deliverer.changed(lambda pk, _queue: told.append(pk)):
        sweeping.sweep()
    assert row.pk in told
