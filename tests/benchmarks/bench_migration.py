"""The fleet's migration, per city, against the stock executor's."""

import time
from contextlib import AbstractContextManager

from django.db import connection, migrations, models

from tenants.backend.scope import in_public
from tenants.registry import fleet
from tenants.schemas import template
from tests.benchmarks.cities import make, scratch, stock
from tests.benchmarks.harness import Bench
from tests.schemas import migration, on_disk

SAMPLE = 8  # cities the stock executor gets: it takes half a second for each


def extra(*, steps: int = 1) -> AbstractContextManager[None]:
    """Trivial migrations that every city lacks."""
    return on_disk(
        *(
            migration(
                "office",
                f"999{n}_bench",
                [
                    migrations.AddField(
                        "unit", f"bench{n}", models.CharField(max_length=20, default="")
                    )
                ],
            )
            for n in range(1, steps + 1)
        )
    )


def bench_migration(bench: Bench) -> None:
    with scratch("migration"), in_public():
        schemas = [city.schema_name for city in make(bench.cities)]
        sample = schemas[:: max(1, len(schemas) // SAMPLE)][:SAMPLE]
        rest = [name for name in schemas if name not in sample]

        nothing = []
        for _ in range(7):
            start = time.perf_counter()
            assert fleet.migrate().migrated == {}
            nothing.append((time.perf_counter() - start) / len(schemas))
        theirs = stock("nothing", *sample)
        bench.record(
            f"nothing to do, {len(schemas)} cities", nothing,
            control="stock executor", against=theirs, unit="s per city",
        )  # fmt: skip

        theirs = stock("migrate", *sample)
        with extra():
            template.prepare()
            start = time.perf_counter()
            report = fleet.migrate(parallel=fleet.PARALLEL)  # as the command does
            ours = (time.perf_counter() - start) / len(rest)
        assert len(report.migrated) == len(rest) and not report.failed
        bench.record(
            f"one AddField, {len(rest)} cities", [ours],
            control="stock executor", against=theirs, unit="s per city",
        )  # fmt: skip
        with extra(steps=2):
            template.prepare()
            start = time.perf_counter()
            report = fleet.migrate()
            ours = (time.perf_counter() - start) / len(schemas)
        assert len(report.migrated) == len(schemas) and not report.failed
        bench.record(
            f"one AddField, {len(schemas)} cities, one connection", [ours],
            control="stock executor", against=theirs, unit="s per city",
        )  # fmt: skip
        connection.close()
