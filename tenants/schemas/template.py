"""Bringing ``public`` and the template to the present migrations."""

from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, router
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.models import Model

from tenants.backend.place import PUBLIC
from tenants.backend.scope import in_public, in_schema
from tenants.schemas.beginning import refuse_older_build
from tenants.schemas.compiler import TEMPLATE
from tenants.schemas.strategy import strategy


def missing(loader: MigrationLoader, applied: frozenset[tuple[str, str]]) -> list[Migration]:
    """The migrations on disk that a schema with these applied ones lacks, in order.

    Every schema records every app's migrations, as Django and django-tenants do; the router
    keeps those of the other side without effect. A squashed migration counts as applied when all
    it replaces are.
    """
    seen = set(applied)
    plan: list[Migration] = []
    for target in loader.graph.leaf_nodes():
        for key in loader.graph.forwards_plan(target):
            if key in seen:
                continue
            seen.add(key)
            migration = loader.graph.nodes[key]
            if not (migration.replaces and set(migration.replaces) <= applied):
                plan.append(migration)
    return plan


def is_current(schema: str, loader: MigrationLoader | None = None) -> bool:
    """Whether a schema has every migration on disk."""
    loader = loader or MigrationLoader(None, ignore_no_migrations=True)
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)::text", [f'"{schema}".django_migrations'])
        if cursor.fetchone()[0] is None:
            return False
        cursor.execute(f'SELECT app, name FROM "{schema}".django_migrations')  # noqa: S608
        return not missing(loader, frozenset(cursor.fetchall()))


def is_empty(schema: str) -> bool:
    """Whether a schema holds no table at all, or does not exist."""
    with in_public(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_class"
            " WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r')",
            [f'"{schema}"'],
        )
        return bool(cursor.fetchone()[0])


def migrate_schema(schema: str, *, verbosity: int = 0) -> None:
    """Migrate one schema with Django's own executor."""
    with in_public():
        call_command(
            "migrate_schemas",
            schema_name=schema,
            interactive=False,
            verbosity=verbosity,
            skip_checks=True,
        )


def make_tables(schema: str, loader: MigrationLoader) -> None:
    """Make the tables of an empty schema at once, as all migrations together leave them, and
    record the migrations as applied.

    Running every migration computes the state of all models again after each of them: most of the
    time of a first start. So no migration may need its Python or SQL to run in an empty schema;
    ``tests/tenants/test_provisioning.py`` compares both ways.
    """
    migrations = missing(loader, frozenset())
    state = ProjectState(real_apps=loader.unmigrated_apps)
    for migration in migrations:
        migration.mutate_state(state, preserve=False)
    with in_schema(schema):
        with connection.schema_editor() as editor:
            recorder = MigrationRecorder(connection)
            recorder.ensure_schema()
            for model in state.apps.get_models():
                if _is_made_here(model):
                    editor.create_model(model)
            for migration in migrations:
                recorder.record_applied(migration.app_label, migration.name)
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def _is_made_here(model: type[Model]) -> bool:
    alias = connection.alias
    return model._meta.can_migrate(alias) and router.allow_migrate_model(alias, model)


def _bring_to_present(schema: str, loader: MigrationLoader, verbosity: int) -> None:
    if is_empty(schema):
        make_tables(schema, loader)
    else:
        migrate_schema(schema, verbosity=verbosity)


def prepare(*, verbosity: int = 0) -> list[str]:
    """Migrate ``public`` and the template where something is missing; what was migrated.

    Safe to call from several processes at once: the second waits and finds nothing to do. Raises
    OlderBuild.
    """
    refuse_older_build()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    if is_current(PUBLIC, loader) and is_current(TEMPLATE, loader):
        return []
    migrated: list[str] = []
    # On a connection of its own: migrating closes the one it works on.
    guard = connection.copy()
    try:
        with guard.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('balai.migrate'))")
        if not is_current(PUBLIC, loader):
            _bring_to_present(PUBLIC, loader, verbosity)
            migrated.append(PUBLIC)
        if not is_current(TEMPLATE, loader):
            with in_public(), connection.cursor() as cursor:
                strategy().create_local(cursor, f'CREATE SCHEMA IF NOT EXISTS "{TEMPLATE}"')
            _bring_to_present(TEMPLATE, loader, verbosity)
            migrated.append(TEMPLATE)
    finally:
        guard.close()
    return migrated
