"""Bringing ``public`` and the template to the present migrations."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration

from tenants.backend.place import PUBLIC
from tenants.backend.scope import in_public
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
            migrate_schema(PUBLIC, verbosity=verbosity)
            migrated.append(PUBLIC)
        if not is_current(TEMPLATE, loader):
            with in_public(), connection.cursor() as cursor:
                strategy().create_local(cursor, f'CREATE SCHEMA IF NOT EXISTS "{TEMPLATE}"')
            migrate_schema(TEMPLATE, verbosity=verbosity)
            migrated.append(TEMPLATE)
    finally:
        guard.close()
    return migrated
