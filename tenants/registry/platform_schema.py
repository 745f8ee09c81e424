"""Bringing ``public`` and the template to the present migrations."""

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tenants.backend.place import PUBLIC
from tenants.registry.compiler import TEMPLATE
from tenants.registry.scope import in_public


def wanted_migrations(loader: MigrationLoader, installed: list[str]) -> set[tuple[str, str]]:
    """The migrations on disk that belong into a schema with these apps."""
    labels = {config.label for config in apps.get_app_configs() if config.name in installed}
    replaced = {old for m in loader.disk_migrations.values() for old in m.replaces}
    return {key for key in loader.disk_migrations if key[0] in labels and key not in replaced}


def is_current(schema: str, loader: MigrationLoader | None = None) -> bool:
    """Whether a schema has every migration on disk."""
    loader = loader or MigrationLoader(None, ignore_no_migrations=True)
    installed = settings.SHARED_APPS if schema == PUBLIC else settings.TENANT_APPS
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)::text", [f'"{schema}".django_migrations'])
        if cursor.fetchone()[0] is None:
            return False
        cursor.execute(f'SELECT app, name FROM "{schema}".django_migrations')  # noqa: S608
        applied = set(cursor.fetchall())
    labels = {config.label for config in apps.get_app_configs() if config.name in installed}
    known = {key for key in applied if key[0] in labels}
    return wanted_migrations(loader, installed) <= known


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

    Safe to call from several processes at once: the second waits and finds nothing to do.
    """
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
                cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{TEMPLATE}"')
            migrate_schema(TEMPLATE, verbosity=verbosity)
            migrated.append(TEMPLATE)
    finally:
        guard.close()
    return migrated
