"""Migrate many schemas of the same tables: planned once, replayed as SQL.

Schemas are grouped by the migrations they have. In each group one schema, the pilot, is migrated
by Django itself while every statement is recorded; the others receive those statements, one
message and one transaction per migration. What cannot be recorded (Python, callable defaults,
``atomic = False``) goes through Django schema by schema. A schema that fails stops alone; running
again goes on where it stopped, because what was done stands in its django_migrations.

The caller says which schemas there are, as a mapping of schema name to what people call it.
"""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import (
    create_contenttypes,
    inject_rename_contenttypes_operations,
)
from django.db import Error, connection, migrations, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED
from django.db.models.signals import post_migrate
from django.utils import timezone
from django_tenants.signals import schema_migrated, schema_pre_migration
from psycopg2 import sql

from tenants.backend.citus import commands_of
from tenants.backend.scope import in_public, in_schema
from tenants.schemas.compiler import TEMPLATE
from tenants.schemas.strategy import strategy
from tenants.schemas.template import missing

LOCK_TIMEOUT = "10s"
PARALLEL = min(4, os.cpu_count() or 1)  # connections the command opens unless told otherwise
Key = tuple[str, str]
Tick = Callable[[int, int], None]
Names = Mapping[str, str]  # schema → what people call it, in the order of work


@dataclass(frozen=True, slots=True)
class Failure:
    schema: str
    city: str
    migration: str
    reason: str


@dataclass(slots=True)
class Report:
    """What a run did; ``text`` for a person, ``as_dict`` for a machine."""

    cities: int = 0
    current: int = 0
    migrated: dict[str, int] = field(default_factory=dict)  # schema → migrations applied
    failed: list[Failure] = field(default_factory=list)
    not_tried: list[str] = field(default_factory=list)
    drifted: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def text(self) -> str:
        lines = [
            f"{self.cities} kota: {self.current} sudah mutakhir, {len(self.migrated)} "
            f"dimigrasikan, {len(self.failed)} gagal, {len(self.not_tried)} belum dicoba "
            f"({self.seconds:.1f} detik)."
        ]
        lines += [f"  GAGAL {f.city} ({f.schema}), {f.migration}: {f.reason}" for f in self.failed]
        if self.not_tried:
            lines.append(f"  Belum dicoba: {', '.join(self.not_tried[:20])}")
        lines += [f"  Menyimpang {schema}: {why}" for schema, why in self.drifted.items()]
        if self.failed or self.not_tried:
            lines.append("  Perbaiki sebabnya, lalu jalankan perintah yang sama sekali lagi.")
        return "\n".join(lines)


@dataclass(slots=True)
class Group:
    """Cities that stand at the same migrations, and what they lack, in order."""

    schemas: list[str]
    applied: frozenset[Key]
    lacking: list[Migration]


@dataclass(slots=True)
class Plan:
    groups: list[Group]
    current: list[str]
    broken: list[Failure]
    names: dict[str, str]  # schema → city

    def text(self) -> str:
        lines = [f"{len(self.current)} kota sudah mutakhir."]
        for group in self.groups:
            what = ", ".join(f"{m.app_label}.{m.name}" for m in group.lacking)
            some = ", ".join(group.schemas[:5]) + (" …" if len(group.schemas) > 5 else "")
            lines.append(f"{len(group.schemas)} kota ({some}): {what}")
        lines += [f"RUSAK {f.city} ({f.schema}): {f.reason}" for f in self.broken]
        return "\n".join(lines)


def applied_by_schema(schemas: list[str]) -> dict[str, frozenset[Key] | None]:
    """What each schema has applied, in one query; None where it has no such table."""
    found: dict[str, frozenset[Key] | None] = dict.fromkeys(schemas)
    with in_public(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE relname = 'django_migrations' AND relkind = 'r'"
        )
        present = {row[0] for row in cursor.fetchall()}
        wanted = [name for name in schemas if name in present]
        for start in range(0, len(wanted), 200):
            parts = [
                sql.SQL(
                    "SELECT {}, string_agg(app || '.' || name, ' ' ORDER BY id) FROM {}"
                ).format(sql.Literal(name), sql.Identifier(name, "django_migrations"))
                for name in wanted[start : start + 200]
            ]
            cursor.execute(sql.SQL(" UNION ALL ").join(parts))
            texts: dict[str, frozenset[Key]] = {}
            for name, text in cursor.fetchall():
                text = text or ""
                if text not in texts:
                    pairs = (word.partition(".") for word in text.split())
                    texts[text] = frozenset((app, migration) for app, _, migration in pairs)
                found[name] = texts[text]
    return found


def plan(names: Names, *, loader: MigrationLoader | None = None) -> Plan:
    """What would be done in these schemas."""
    loader = loader or MigrationLoader(None, ignore_no_migrations=True)
    groups: dict[frozenset[Key], Group] = {}
    current: list[str] = []
    broken: list[Failure] = []
    lacking: dict[frozenset[Key], list[Migration]] = {}
    for schema, applied in applied_by_schema(list(names)).items():
        if applied is None:
            broken.append(
                Failure(schema, names[schema], "-", "skema atau tabel migrasinya tidak ada")
            )
            continue
        if applied not in lacking:
            lacking[applied] = missing(loader, applied)
        if not lacking[applied]:
            current.append(schema)
        elif applied in groups:
            groups[applied].schemas.append(schema)
        else:
            groups[applied] = Group([schema], applied, lacking[applied])
    return Plan(list(groups.values()), current, broken, dict(names))


class _Stop(Exception):
    """Too many failures."""


@dataclass(slots=True)
class _Step:
    """One migration of a group, as the pilot showed it."""

    migration: Migration
    commands: list[str] | None  # None: through Django, from the state kept here
    before: ProjectState | None


@dataclass(slots=True)
class _Script:
    """What the other cities of a group receive."""

    steps: list[_Step]
    content_types: bool  # the pilot lacked some, so the others do


def needs_django(migration: Migration) -> bool:
    """Whether a migration must run in each city by itself."""
    if not migration.atomic:
        return True
    if migration.app_label not in _city_labels():
        return False  # the router lets nothing of it happen in a city
    return any(_is_python(operation) for operation in migration.operations)


def _city_labels() -> set[str]:
    return {c.label for c in apps.get_app_configs() if c.name in settings.TENANT_APPS}


SAME_EVERYWHERE = (dict, list, bytes, timezone.now)


def _is_python(operation: Operation) -> bool:
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return any(_is_python(inner) for inner in operation.database_operations)
    if not operation.reduces_to_sql:
        return True
    fields = []
    if isinstance(operation, migrations.AddField | migrations.AlterField):
        fields = [operation.field]
    # A callable default may be a secret or an identifier: never the same in two cities.
    return any(
        f.default is not NOT_PROVIDED and callable(f.default) and f.default not in SAME_EVERYWHERE
        for f in fields
    )


def _initial_state(loader: MigrationLoader, applied: frozenset[Key]) -> ProjectState:
    state = ProjectState(real_apps=loader.unmigrated_apps)
    for migration in missing(loader, frozenset()):
        if (migration.app_label, migration.name) in applied:
            migration.mutate_state(state, preserve=False)
    return state


_recorder = sql.SQL("INSERT INTO django_migrations (app, name, applied) VALUES ({}, {}, now())")


def _record(migration: Migration) -> sql.Composed:
    return _recorder.format(sql.Literal(migration.app_label), sql.Literal(migration.name))


def _with_django(migration: Migration, state: ProjectState) -> tuple[ProjectState, list[str]]:
    """Apply one migration in the present schema; the statements it sent."""
    heard: list[str] = []

    class Listening(connection.SchemaEditorClass):  # type: ignore[name-defined]
        def execute(self, statement: Any, params: Any = ()) -> None:
            ops: Any = connection.ops
            text = str(statement)
            composed = ops.compose_sql(text, params) if params is not None else text
            heard.extend(commands_of(composed))
            super().execute(statement, params)

    with Listening(connection, atomic=migration.atomic) as editor:
        if migration.atomic:
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        state = migration.apply(state, editor)
        if migration.atomic:
            with connection.cursor() as cursor:
                cursor.execute(_record(migration))
    if not migration.atomic:
        with connection.cursor() as cursor:
            cursor.execute(_record(migration))
    return state, heard


def _fly_pilot(
    schema: str, group: Group, loader: MigrationLoader, done: Callable[[Migration], None]
) -> "_Script":
    """Migrate the group's first city with Django and write the script for the others."""
    steps: list[_Step] = []
    state = _initial_state(loader, group.applied)
    with in_schema(schema):
        for migration in group.lacking:
            python = needs_django(migration)
            before = state.clone() if python else None
            state, heard = _with_django(migration, state)
            done(migration)
            commands: list[str] | None = None
            if not python and not any(schema in statement for statement in heard):
                commands = [statement.rstrip().rstrip(";") for statement in heard]
            elif before is None:
                raise RuntimeError(f"{migration} names the schema {schema} in its SQL")
            steps.append(_Step(migration, commands, before))
        more = _content_types()
    return _Script(steps, more)


def _content_types() -> bool:
    """What Django's post_migrate receivers would add here; whether there was anything."""
    if any(_unknown_receivers()):
        from django.core.management.sql import emit_post_migrate_signal

        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
        return True
    count = (
        "SELECT count(*) FROM django_content_type UNION ALL SELECT count(*) FROM auth_permission"
    )
    with connection.cursor() as cursor:
        cursor.execute(count)
        before = cursor.fetchall()
        cursor.execute(_content_type_script())
        cursor.execute(count)
        return bool(cursor.fetchall() != before)


def _content_type_script() -> str:
    return (
        "INSERT INTO django_content_type (app_label, model)"  # noqa: S608
        f' SELECT app_label, model FROM "{TEMPLATE}".django_content_type'
        " ON CONFLICT DO NOTHING;"
        " INSERT INTO auth_permission (name, codename, content_type_id)"
        f' SELECT p.name, p.codename, mine.id FROM "{TEMPLATE}".auth_permission p'
        f' JOIN "{TEMPLATE}".django_content_type t ON t.id = p.content_type_id'
        " JOIN django_content_type mine ON (mine.app_label, mine.model) = (t.app_label, t.model)"
        " ON CONFLICT DO NOTHING"
    )


def _unknown_receivers() -> Iterator[Any]:
    known = {create_contenttypes, create_permissions, inject_rename_contenttypes_operations}
    for sender in apps.get_app_configs():
        for receiver in post_migrate._live_receivers(sender)[0]:
            if receiver not in known:
                yield receiver


def _replay(schema: str, script: _Script, done: Callable[[Migration], None]) -> bool:
    with in_schema(schema):
        for step in script.steps:
            if step.commands is None:
                assert step.before is not None
                _with_django(step.migration, step.before.clone())
            else:
                # Outside a transaction on purpose: PostgreSQL runs one message as one.
                with connection.cursor() as cursor:
                    record = _record(step.migration).as_string(cursor.cursor)
                    waits = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"
                    strategy().send(cursor, [waits, *step.commands, record])
            done(step.migration)
        if script.content_types:
            _content_types()
    return True


def _reason(error: BaseException) -> str:
    cause = error.__cause__ or error
    return " ".join(str(cause).split()) or type(cause).__name__


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
                        _reason(error),
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
        script: _Script | None = None
        while waiting and script is None:
            pilot = waiting.pop(0)
            script = self.city(pilot, partial(_fly_pilot, pilot, group, self.loader))
            if script is None and pilot in canaries:
                raise _Stop
        if script is None:
            return
        while waiting and waiting[0] in canaries:
            schema = waiting.pop(0)
            if self.city(schema, partial(_replay, schema, script)) is None:
                raise _Stop

        def one(schema: str) -> None:
            self.city(schema, partial(_replay, schema, script))

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


def catalog_fingerprints(schemas: list[str]) -> dict[str, str]:
    """A hash of what each schema's tables really are: columns, constraints, indexes."""
    found: dict[str, str] = {}
    with in_public(), transaction.atomic(), connection.cursor() as cursor:
        for start in range(0, len(schemas), 50):
            cursor.execute(_CATALOG, [schemas[start : start + 50]])
            lines: dict[str, list[str]] = {}
            for schema, line in cursor.fetchall():
                lines.setdefault(schema, []).append(line.replace(f"{schema}.", ""))
            for schema, all_lines in lines.items():
                text = "\n".join(sorted(all_lines))
                found[schema] = hashlib.sha256(text.encode()).hexdigest()
    return found


_CATALOG = """
WITH n AS (SELECT oid, nspname FROM pg_namespace WHERE nspname = ANY(%s)),
     c AS (SELECT c.oid, c.relname, n.nspname FROM pg_class c JOIN n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r')
SELECT nspname, concat_ws(' ', relname, attname, format_type(atttypid, atttypmod),
                          attnotnull, attidentity, pg_get_expr(adbin, adrelid))
  FROM c JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
  LEFT JOIN pg_attrdef d ON adrelid = c.oid AND adnum = attnum
UNION ALL
SELECT nspname, concat_ws(' ', relname, conname, pg_get_constraintdef(con.oid))
  FROM c JOIN pg_constraint con ON conrelid = c.oid
UNION ALL
SELECT nspname, pg_get_indexdef(indexrelid) FROM c JOIN pg_index ON indrelid = c.oid
"""


def drift(schemas: Sequence[str]) -> dict[str, str]:
    """Schemas whose tables differ from the template although their migrations do not."""
    applied = applied_by_schema([TEMPLATE, *schemas])
    prints = catalog_fingerprints([TEMPLATE, *schemas])
    wrong: dict[str, str] = {}
    for schema in schemas:
        if applied[schema] is None:
            wrong[schema] = "skemanya tidak ada"
        elif applied[schema] == applied[TEMPLATE] and prints.get(schema) != prints.get(TEMPLATE):
            wrong[schema] = "tabelnya berbeda dari templat padahal migrasinya sama"
    return wrong
