"""One city saved, against ``pg_dump -n``."""

import subprocess
import tempfile
import time
from pathlib import Path

from django.db import connection

from tenants.registry import backup
from tests.benchmarks.cities import make, scratch
from tests.benchmarks.harness import Bench
from tests.schemas import connection_env, postgres_program


def bench_backup(bench: Bench) -> None:
    with scratch("backup"), tempfile.TemporaryDirectory() as folder:
        city = make(bench.cities)[bench.cities // 2]
        connection.close()  # a command begins with a fresh one
        ours, theirs = [], []
        for number in range(5):
            start = time.perf_counter()
            with (Path(folder) / f"{number}.tar.gz").open("wb") as out:
                backup.export_city(city, out)
            ours.append(time.perf_counter() - start)
            start = time.perf_counter()
            subprocess.run(
                [postgres_program("pg_dump"), "-Fc", "-n", city.schema_name,
                 "-f", str(Path(folder) / f"{number}.dump")],
                env=connection_env(), check=True,
            )  # fmt: skip
            theirs.append(time.perf_counter() - start)
        for path in Path(folder).glob("*.tar.gz"):
            backup.verify(path)
        bench.record(
            f"one of {bench.cities} cities", ours, control="pg_dump -n", against=theirs, unit="s"
        )
