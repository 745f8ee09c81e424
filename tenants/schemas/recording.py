"""One migration as Django runs it, recorded as statements for the other schemas of its group."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import (
    create_contenttypes,
    inject_rename_contenttypes_operations,
)
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED
from django.db.models.signals import post_migrate
from django.utils import timezone
from psycopg2 import sql

from tenants.backend.citus import commands_of
from tenants.backend.scope import in_schema
from tenants.schemas.compiler import TEMPLATE
from tenants.schemas.plan import Group, Key
from tenants.schemas.strategy import strategy
from tenants.schemas.template import missing

LOCK_TIMEOUT = "10s"
_recorder = sql.SQL("INSERT INTO django_migrations (app, name, applied) VALUES ({}, {}, now())")


@dataclass(slots=True)
class Step:
    """One migration of a group, as the pilot showed it."""

    migration: Migration
    commands: list[str] | None  # None: through Django, from the state kept here
    before: ProjectState | None


@dataclass(slots=True)
class Script:
    """What the other cities of a group receive."""

    steps: list[Step]
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


def record(migration: Migration) -> sql.Composed:
    return _recorder.format(sql.Literal(migration.app_label), sql.Literal(migration.name))


def with_django(migration: Migration, state: ProjectState) -> tuple[ProjectState, list[str]]:
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
                cursor.execute(record(migration))
    if not migration.atomic:
        with connection.cursor() as cursor:
            cursor.execute(record(migration))
    return state, heard


def migrate_pilot(
    schema: str, group: Group, loader: MigrationLoader, done: Callable[[Migration], None]
) -> "Script":
    """Migrate the group's first city with Django and write the script for the others."""
    steps: list[Step] = []
    state = _initial_state(loader, group.applied)
    with in_schema(schema):
        for migration in group.lacking:
            python = needs_django(migration)
            before = state.clone() if python else None
            state, heard = with_django(migration, state)
            done(migration)
            commands: list[str] | None = None
            if not python and not any(schema in statement for statement in heard):
                commands = [statement.rstrip().rstrip(";") for statement in heard]
            elif before is None:
                raise RuntimeError(f"{migration} names the schema {schema} in its SQL")
            steps.append(Step(migration, commands, before))
        more = content_types()
    return Script(steps, more)


def content_types() -> bool:
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


def replay(schema: str, script: Script, done: Callable[[Migration], None]) -> bool:
    with in_schema(schema):
        for step in script.steps:
            if step.commands is None:
                assert step.before is not None
                with_django(step.migration, step.before.clone())
            else:
                # Outside a transaction on purpose: PostgreSQL runs one message as one.
                with connection.cursor() as cursor:
                    mark = record(step.migration).as_string(cursor.cursor)
                    waits = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"
                    strategy().send(cursor, [waits, *step.commands, mark])
            done(step.migration)
        if script.content_types:
            content_types()
    return True


def reason(error: BaseException) -> str:
    cause = error.__cause__ or error
    return " ".join(str(cause).split()) or type(cause).__name__
