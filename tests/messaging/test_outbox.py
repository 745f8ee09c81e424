"""Work after a commit: once, in its city, in spite of failures."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail as outgoing
from django.db import connection, transaction

from kernel.clock import now
from messaging import mail, outbox, periodic, sweeping, tasks, work
from messaging.models import Outbox
from tenants.backend.place import current_place
from tenants.backend.scope import in_city, in_public
from tenants.registry.models import City


class Worker:
    """What handlers did, and what goes wrong in them."""

    def __init__(self) -> None:
        self.done: list[tuple[str, object]] = []
        self.failed: list[str] = []
        self.fault: Exception | None = None


@pytest.fixture
def worker() -> Iterator[Worker]:
    found = Worker()

    def note(payload: work.Payload) -> None:
        if found.fault is not None:
            outbox.enqueue("test.note", {"never": True}, key="written by a failed attempt")
            raise found.fault
        found.done.append((current_place.get().schema_name, payload.get("n")))

    with work.handlers.changed():
        work.handler("test.note", on_failed=lambda _, error: found.failed.append(error))(note)
        yield found


def ask(n: int, key: str | None = None, **more: object) -> None:
    with transaction.atomic():
        outbox.enqueue("test.note", {"n": n}, key=key or f"note:{n}", **more)  # type: ignore[arg-type]


def test_done_once_in_its_city(bontang: City, blitar: City, worker: Worker) -> None:
    with in_city(bontang):
        ask(1)
        ask(1)
        ask(2)
    with in_city(blitar):
        assert outbox.run_due() == 0
    with in_city(bontang):
        assert outbox.run_due() == 2
        ask(1)
        assert outbox.run_due() == 0
        assert list(Outbox.objects.filter(kind="test.note").values_list("state", "payload")) == [
            ("done", {}),
            ("done", {}),
        ]
    assert worker.done == [("c6474", 1), ("c6474", 2)]


def test_only_inside_a_transaction(committed: None, bontang: City) -> None:
    with in_city(bontang), pytest.raises(RuntimeError, match="transaction"):
        outbox.enqueue("test.note", {}, key="x")


def test_later_means_later(in_bontang: City, worker: Worker) -> None:
    ask(1, after=now() + timedelta(hours=1))
    assert outbox.run_due() == 0
    Outbox.objects.update(due_at=now())
    assert outbox.run_due() == 1


def test_failure_keeps_nothing_and_comes_back(in_bontang: City, worker: Worker) -> None:
    worker.fault = ValueError("nanti saja")
    ask(1)
    before = now()
    assert outbox.run_due() == 0
    row = Outbox.objects.get(key="note:1")
    assert (row.state, row.attempts) == ("due", 1)
    assert row.due_at > before
    assert "nanti saja" in row.error
    assert not Outbox.objects.filter(key__startswith="written").exists()
    worker.fault = None
    Outbox.objects.update(due_at=before)
    assert outbox.run_due() == 1
    assert Outbox.objects.get(key="note:1").error == ""


def test_given_up_at_last_and_retried_by_hand(in_bontang: City, worker: Worker) -> None:
    worker.fault = ValueError("selalu")
    ask(1)
    for _ in range(outbox.MAX_ATTEMPTS):
        Outbox.objects.update(due_at=now())
        outbox.run_due()
    row = Outbox.objects.get(key="note:1")
    assert (row.state, row.attempts) == ("failed", outbox.MAX_ATTEMPTS)
    assert len(worker.failed) == 1
    assert "selalu" in worker.failed[0]
    worker.fault = None
    outbox.retry(row.pk)
    assert outbox.run_due() == 1


def test_work_that_kills_its_worker_comes_to_an_end(in_bontang: City, worker: Worker) -> None:
    ask(1)
    Outbox.objects.update(attempts=outbox.MAX_ATTEMPTS)  # counted before each attempt
    assert outbox.run_due() == 0
    assert Outbox.objects.get(key="note:1").state == "failed"
    assert worker.done == []
    assert worker.failed == ["worker died during every attempt"]


def test_unknown_kind_waits_for_a_release_that_knows_it(in_bontang: City) -> None:
    with transaction.atomic():
        outbox.enqueue("test.future", {}, key="future")
    assert outbox.run_due() == 0
    assert Outbox.objects.get(key="future").state == "due"


def test_mail(in_bontang: City, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    outgoing.outbox = []
    with transaction.atomic():
        mail.send("warga@contoh.id", "Surat siap", "Isi.", key="1")
        mail.send("warga@contoh.id", "Surat siap", "Isi.", key="1")
    assert outbox.run_due() == 1
    assert [m.to for m in outgoing.outbox] == [["warga@contoh.id"]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Rows handed to the broker, with the schema their message names."""
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(
        outbox, "send", lambda row_id, _kind: found.append((connection.schema_name, row_id))
    )
    return found


def test_sweep_finds_rows_in_every_city(
    bontang: City, blitar: City, sent: list[tuple[str, int]], worker: Worker
) -> None:
    sweeping.sweep(everything=True)
    sent.clear()
    for city in (bontang, blitar):
        with in_city(city):
            ask(7)
    with in_public():
        assert sweeping.sweep() == 0  # just handed over by enqueue itself
        assert sweeping.sweep(everything=True) == 2  # a worker starting
        assert {schema for schema, _ in sent} == {"c6474", "c3505"}
    with in_city(blitar):
        Outbox.objects.update(sent_at=now() - sweeping.RESEND_AFTER - timedelta(seconds=1))
    assert sweeping.sweep() == 1


def test_a_broken_city_holds_up_no_other(
    bontang: City, blitar: City, sent: list[tuple[str, int]], worker: Worker
) -> None:
    sweeping.sweep(everything=True)
    sent.clear()
    for city in (bontang, blitar):
        with in_city(city):
            ask(7)
    with in_city(bontang), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE messaging_outbox RENAME TO away")
    # each schema is read in its own savepoint here only because the test is one transaction
    with pytest.MonkeyPatch.context() as patch:
        real = sweeping._sweep

        def guarded(names: list[str], everything: bool) -> int:
            with transaction.atomic():
                return real(names, everything)

        patch.setattr(sweeping, "_sweep", guarded)
        assert sweeping.sweep(everything=True) == 1
    assert [schema for schema, _ in sent] == ["c3505"]


def test_periodic_work_fans_out_once_per_period(
    bontang: City, blitar: City, worker: Worker
) -> None:
    with periodic.jobs.changed():
        periodic.periodic("test.daily", every=timedelta(days=1))(
            lambda payload: worker.done.append((current_place.get().schema_name, "daily"))
        )
        moment = now()
        with in_public():
            for _ in range(3):
                periodic.plan(moment)
            outbox.run_due()
        for city in (bontang, blitar):
            with in_city(city):
                outbox.run_due()
                outbox.run_due()
        assert sorted(worker.done) == [("c3505", "daily"), ("c6474", "daily")]
        with in_public():
            periodic.plan(moment + timedelta(days=1))
            outbox.run_due()
        with in_city(bontang):
            outbox.run_due()
        assert len(worker.done) == 3


def test_tidy_forgets_only_old_done_rows(in_bontang: City, worker: Worker) -> None:
    ask(1)
    outbox.run_due()
    ask(2)
    Outbox.objects.update(done_at=now() - timedelta(days=40))
    Outbox.objects.filter(key="note:2").update(done_at=None)
    tasks.tidy({})
    assert list(Outbox.objects.values_list("key", flat=True).order_by("key")) == ["note:2"]


def test_broker_away_loses_nothing(
    in_bontang: City, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kombu.exceptions import OperationalError

    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.deliver, "apply_async", refuse)
    ask(1)
    outbox.send(Outbox.objects.get(key="note:1").pk, "test.note")
    assert outbox.run_due() == 1


def test_send_names_the_city(in_bontang: City, monkeypatch: pytest.MonkeyPatch) -> None:
    from tenant_schemas_celery.app import Celery

    seen: list[object] = []
    monkeypatch.setattr(Celery, "send_task", lambda *a, **k: seen.append(k["headers"]))
    outbox.send(3, "test.note")
    assert seen == [{"_schema_name": "c6474"}]
