"""A real worker on a real broker is killed in the middle of provisioning."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from messaging import outbox
from messaging.models import Outbox
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Holding, Post, Unit
from tenants.registry import actions, queries
from tenants.registry.models import City
from tests.tenants.test_signup import ask, token_of
from tests.worker import Worker, locked, nobody_else, wait_until, waits_for_lock

pytestmark = [pytest.mark.usefixtures("committed"), pytest.mark.processes]


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    started: list[Worker] = []

    def start() -> Worker:
        started.append(Worker(tmp_path / "worker.log"))
        return started[-1]

    yield start
    for one in started:
        one.kill()


def test_killed_during_provisioning_finishes_by_itself_once(
    worker: Callable[[], Worker],
) -> None:
    signup = ask(code="64.72", subdomain="samarinda")
    actions.confirm_email(token_of(signup))

    # Killed while the schema is being made: nothing of it is left.
    with locked("registry_signup", "SHARE ROW EXCLUSIVE"):
        first = worker()
        wait_until(waits_for_lock)
        first.kill()
    wait_until(nobody_else)  # the server notices when its statement is over
    assert not City.objects.filter(code="64.72").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('c6472')")
        assert cursor.fetchone() == (None,)

    # Killed in the middle of a seeder: its stage is as if never begun, those before it stay.
    with in_public():
        for kind in ("city.found", "city.advance"):
            assert outbox.run(Outbox.objects.get(kind=kind, state="due").pk)
    with locked("c6472.office_post", "ACCESS EXCLUSIVE"):
        second = worker()
        wait_until(waits_for_lock)
        status = queries.progress(signup.status_token)
        assert status and status.state == "provisioning"
        assert 0 < status.percent < 100  # others see it while it runs
        assert status.label == "Menyiapkan jabatan"
        second.kill()
    wait_until(nobody_else)
    status = queries.progress(signup.status_token)
    assert status and not status.done  # nobody is there to go on

    worker()
    wait_until(lambda: (found := queries.progress(signup.status_token)) and found.done)
    with in_city(City.objects.get(code="64.72")):
        dinas = Unit.objects.filter(kind="dinas").count()
        assert Unit.objects.count() == 1 + dinas + 10 + 59
        assert Post.objects.count() == 1 + 2 * dinas + 4 * (10 + 59)
        assert Holding.objects.count() == 1
    with in_public():
        assert not Outbox.objects.filter(kind__startswith="city.").exclude(state="done").exists()
        mails = Outbox.objects.filter(kind="mail.send", key=f"mail:signup-done:{signup.pk}")
        wait_until(lambda: mails.filter(state="done").count() == 1)
