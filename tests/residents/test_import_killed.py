"""kill -9 of a worker in the middle of writing an import: another goes on, and each person is
there once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from messaging import outbox
from services.residents.imports import arriving, runs
from services.residents.models import Household, ImportRow, ImportRun, Person
from tenants.backend.scope import in_city
from tenants.registry.models import City
from tests.factories import make_cast
from tests.residents.rows import HEAD, as_csv
from tests.worker import Worker, locked, nobody_else, wait_until, waits_for_lock

pytestmark = [pytest.mark.usefixtures("committed"), pytest.mark.processes]
COUNT = 40_000  # more than one batch of lines


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[list[Worker]]:
    started: list[Worker] = []
    yield started
    for one in started:
        one.kill()


def test_a_killed_worker_is_followed_by_one_that_goes_on(
    bontang: City, tmp_path: Path, worker: list[Worker]
) -> None:
    content = as_csv(
        [
            HEAD | {"nik": f"6474{n % 90 + 10}080880{n // 90 + 1:04d}", "no_kk": f"6474{n:012d}"}
            for n in range(COUNT)
        ]
    )
    with in_city(bontang):
        by = make_cast().rina
        before = Person.objects.count()
        run = arriving.upload(
            name="a.csv", size=1, chunks=[content], facts_on=date(2026, 1, 1), by=by
        )  # fmt: skip
        outbox.run_due(limit=1)
        runs.accept(run_id=run.pk, kinds=[], by=by)

        def state() -> ImportRun:
            return ImportRun.objects.get(pk=run.pk)

        table = f"{bontang.schema_name}.{Person._meta.db_table}"
        with locked(table, "SHARE"):  # the first batch of people waits here
            worker.append(Worker(tmp_path / "log"))
            wait_until(lambda: state().phase == "people" and waits_for_lock())
            worker[-1].kill()
        wait_until(nobody_else)  # the server notices when its statement is over
        assert state().counts["added"] == 0
        assert Person.objects.count() == before
        worker.append(Worker(tmp_path / "log"))
        wait_until(lambda: state().is_over, seconds=120)
        assert state().state == ImportRun.State.DONE
        assert state().counts["added"] == COUNT
        assert Person.objects.count() == before + COUNT
        assert Household.objects.filter(source=state().source).count() == COUNT
        assert not ImportRow.objects.exists()
