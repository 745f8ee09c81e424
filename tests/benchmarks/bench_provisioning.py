"""A new city: compiled from the template, or claimed from the spares, against the stock ways."""

import statistics
import time
from dataclasses import replace

from django.db import connection, transaction

from tenants.backend.scope import in_public, in_schema
from tenants.registry import provisioning, regions
from tenants.schemas import compiler, prepared
from tests.benchmarks.cities import found, scratch, stock
from tests.benchmarks.harness import Bench


def _timed(function: object, *args: object, **kwargs: object) -> float:
    assert callable(function)
    start = time.perf_counter()
    function(*args, **kwargs)
    return time.perf_counter() - start


def bench_provisioning(bench: Bench) -> None:
    areas = list(regions.all_regencies())
    # Beyond the 514: areas that do not exist, so that there is always one left to make.
    more = [replace(areas[0], code=f"98.{n:02d}", name=f"Kota Uji {n}") for n in range(1, 22)]
    with scratch("provisioning"), in_public():
        found(more.pop())  # warm: the template is read once per process
        times = [_timed(found, area) for area in areas[: bench.cities]]
        edge = min(20, max(3, bench.cities // 3))
        bench.record(
            f"last {edge} of {bench.cities} cities",
            times[-edge:], control=f"first {edge}", against=times[:edge], unit="s",
        )  # fmt: skip
        ours, bare = [], []
        for number, area in enumerate(more[:12]):
            ours.append(_timed(provisioning.create, area, subdomain=f"x{area.schema_name}",
                               use_spare=False))  # fmt: skip
            bare.append(_timed(_bare, f"c99{number:02d}"))
        bench.record("city", ours, control="the DDL alone", against=bare, unit="s")
        others = stock("save", *(area.schema_name for area in more[12:15]))
        bench.record("city", ours, control="stock save()", against=others, unit="s")
        cloned = stock("clone", *(f"c98{n}" for n in range(50, 53)))
        bench.record("city", ours, control="stock clone", against=cloned, unit="s")
        prepared.fill(wanted=5)
        claims = [
            1000 * _timed(provisioning.create, area, subdomain=f"y{area.schema_name}")
            for area in more[15:20]
        ]
        for control, against in (("compiled", ours), ("stock save()", others)):
            bench.record(
                "city from a spare", claims, control=control,
                against=[1000 * s for s in against], unit="ms",
            )  # fmt: skip
        assert statistics.median(claims) < statistics.median(ours) * 1000


def _bare(schema: str) -> None:
    """What PostgreSQL itself needs: schema, tables, indexes and foreign keys, in one message."""
    plan = compiler.compiled()
    script = ";\n".join([*plan.tables_sql(schema), *plan.links_sql()])
    with in_schema(schema), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(script)
