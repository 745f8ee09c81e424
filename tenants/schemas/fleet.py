"""Migrate many schemas of the same tables: planned once, replayed as SQL.

Schemas are grouped by the migrations they have. In each group one schema, the pilot, is migrated
by Django itself while every statement is recorded; the others receive those statements, one
message and one transaction per migration. What cannot be recorded (Python, callable defaults,
``atomic = False``) goes through Django schema by schema. A schema that fails stops alone; running
again goes on where it stopped, because what was done stands in its django_migrations.

The caller says which schemas there are, as a mapping of schema name to what people call it.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django_tenants.signals import schema_migrated, schema_pre_migration

from tenants.schemas.plan import Failure, Group, Names, Plan, Report, Tick, plan
from tenants.schemas.recording import Script, migrate_pilot, reason, replay

PARALLEL = min(4, os.cpu_count() or 1)  # connections the command opens unless told otherwise


class _Stop(Exception):
    """Too many failures."""


class _Run:
    """One run over a plan: shared counters of its threads."""

    def __init__(
        self,
        loader: MigrationLoader,
        report: Report,
        stop_after: int,
        tick: Tick,
        parallel: int,
        canaries: list[str],
    ) -> None:
        self.loader = loader
        self.report = report
        self.stop_after = stop_after
        self.tick = tick
        self.parallel = parallel
        self.canaries = canaries
        self.lock = threading.Lock()
        self.total = self.finished = 0

    def all(self, plan: Plan) -> None:
        """Every group of a plan. Raises _Stop, with what was not tried in the report."""
        self.plan = plan
        self.total += sum(len(group.schemas) for group in plan.groups)
        try:
            for group in plan.groups:
                self.group(group)
        except _Stop:
            done = set(self.report.migrated) | {f.schema for f in self.report.failed}
            self.report.not_tried = [s for g in plan.groups for s in g.schemas if s not in done]
            raise

    def city(self, schema: str, work: Callable[[Callable[[Migration], None]], Any]) -> Any:
        """Migrate one city; None when it failed. Raises _Stop after too many failures."""
        if len(self.report.failed) >= self.stop_after:
            raise _Stop
        applied: list[Migration] = []
        schema_pre_migration.send(migrate, schema_name=schema)
        try:
            result = work(applied.append)
        except Exception as error:
            if not isinstance(error, Error):
                connection.close()  # a Python migration may have left anything behind
            with self.lock:
                if applied:
                    self.report.migrated[schema] = len(applied)
                lacking = next(g.lacking for g in self.plan.groups if schema in g.schemas)
                at = lacking[min(len(applied), len(lacking) - 1)]
                self.report.failed.append(
                    Failure(
                        schema,
                        self.plan.names[schema],
                        f"{at.app_label}.{at.name}",
                        reason(error),
                    )
                )
            result = None
        else:
            with self.lock:
                self.report.migrated[schema] = len(applied)
            schema_migrated.send(migrate, schema_name=schema)
        with self.lock:
            self.finished += 1
            self.tick(self.finished, self.total)
        return result

    def group(self, group: Group) -> None:
        canaries, parallel = self.canaries, self.parallel
        first = [s for s in group.schemas if s in canaries]
        waiting = first + [s for s in group.schemas if s not in canaries]
        script: Script | None = None
        while waiting and script is None:
            pilot = waiting.pop(0)
            script = self.city(pilot, partial(migrate_pilot, pilot, group, self.loader))
            if script is None and pilot in canaries:
                raise _Stop
        if script is None:
            return
        while waiting and waiting[0] in canaries:
            schema = waiting.pop(0)
            if self.city(schema, partial(replay, schema, script)) is None:
                raise _Stop

        def one(schema: str) -> None:
            self.city(schema, partial(replay, schema, script))

        if parallel <= 1:
            for schema in waiting:
                one(schema)
            return
        errors: list[BaseException] = []

        def share(part: list[str]) -> None:
            try:
                for schema in part:
                    if errors:
                        return
                    one(schema)
            except BaseException as error:
                errors.append(error)
            finally:
                connection.close()

        with ThreadPoolExecutor(parallel) as pool:
            list(pool.map(share, [waiting[i::parallel] for i in range(parallel)]))
        if errors:
            raise errors[0]


def migrate(
    listed: Callable[[], Names],
    *,
    canaries: Sequence[str] = (),
    parallel: int = 1,
    stop_after: int = 5,
    tick: Tick = lambda done, total: None,
) -> Report:
    """Bring every schema that ``listed`` names to the migrations on disk.

    ``canaries`` (schemas) go first; when one of them fails nothing else is touched. After
    ``stop_after`` failures the rest is left for the next run. ``listed`` is asked again at the
    end: a schema made meanwhile from an older template is migrated too.
    """
    started = time.monotonic()
    report = Report()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    first = plan(listed(), loader=loader)
    report.cities = len(first.names)
    report.current = len(first.current)
    report.failed += first.broken
    stop_after += len(first.broken)
    if first.groups:
        with _one_at_a_time() as waited:
            _rounds(
                plan(listed(), loader=loader) if waited else first,
                _Run(loader, report, stop_after, tick, parallel, list(canaries)),
                listed,
            )
    report.seconds = time.monotonic() - started
    return report


def _rounds(todo: Plan, run: "_Run", listed: Callable[[], Names]) -> None:
    """Migrate what is planned, then schemas made meanwhile from an older template."""
    seen: set[str] = set()
    while todo.groups:
        seen |= set(todo.names)
        todo.groups.sort(key=lambda g: not any(s in run.canaries for s in g.schemas))
        try:
            run.all(todo)
        except _Stop:
            return
        new = {schema: name for schema, name in listed().items() if schema not in seen}
        if not new:
            return
        todo = plan(new, loader=run.loader)


@contextmanager
def _one_at_a_time() -> Iterator[bool]:
    """A second run waits for the first, on a connection of its own; whether we had to wait."""
    guard = connection.copy()
    try:
        with guard.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext('balai.fleet'))")
            waited = not cursor.fetchone()[0]
            if waited:
                cursor.execute("SELECT pg_advisory_lock(hashtext('balai.fleet'))")
        yield waited
    finally:
        guard.close()
