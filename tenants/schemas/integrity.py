"""What the database does not enforce, checked: nothing crosses from a city to elsewhere.

City tables have no foreign keys to public tables (each would put triggers on the public table, two
for every city) and no triggers (Citus refuses them). A relation that does point there is declared
``db_constraint=False`` and verified here.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import connection, models
from psycopg2 import sql

from tenants.backend.place import PUBLIC
from tenants.backend.scope import in_public
from tenants.schemas.plan import applied_by_schema


@dataclass(frozen=True, slots=True)
class Finding:
    where: str
    what: str


def relations_to_public() -> list["models.ForeignKey[Any, Any]"]:
    """Declared relations from a city's table to one that exists in public alone."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_config.name not in settings.TENANT_APPS:
            continue
        for field in model._meta.local_fields:
            target = field.related_model
            if isinstance(field, models.ForeignKey) and isinstance(target, type):
                app = target._meta.app_config
                if app is not None and app.name not in settings.TENANT_APPS:
                    found.append(field)
    return found


@checks.register(checks.Tags.models)
def no_constraint_to_public(**_kwargs: Any) -> list[checks.CheckMessage]:
    """System check: such a relation must be declared without a database constraint."""
    return [
        checks.Error(
            f"{field} points from a city to the platform's own tables.",
            hint="Declare it with db_constraint=False; check_cities verifies it.",
            obj=field,
            id="balai.E001",
        )
        for field in relations_to_public()
        if getattr(field, "db_constraint", True)
    ]


def check(schemas: list[str]) -> list[Finding]:
    """What is wrong inside these city schemas, and in any constraint or trigger of the kind."""
    with in_public():
        findings = _crossing_constraints() + _triggers()
        present = applied_by_schema(schemas)
        for field in relations_to_public():
            for schema in schemas:
                if present[schema] is not None:
                    findings += _orphans(field, schema)
    return findings


def there() -> set[str]:
    """Every schema of a city, the template and the spares that the database holds."""
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ %s", [f"^{CITY_SCHEMAS}$"])
        return {row[0] for row in cursor.fetchall()}


CITY_SCHEMAS = r"(c[0-9]{4}(_[a-z0-9_]+)?|template|spare_[0-9a-f]+)"


def _crossing_constraints() -> list[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.relnamespace::regnamespace::text, a.relname, con.conname,
                   b.relnamespace::regnamespace::text
              FROM pg_constraint con
              JOIN pg_class a ON a.oid = con.conrelid JOIN pg_class b ON b.oid = con.confrelid
             WHERE con.contype = 'f' AND a.relnamespace <> b.relnamespace
               AND a.relnamespace::regnamespace::text ~ %s
            """,
            [f"^{CITY_SCHEMAS}$"],
        )
        return [
            Finding(schema, f"kunci asing {name} pada {table} menunjuk ke skema {target}")
            for schema, table, name, target in cursor.fetchall()
        ]


def _triggers() -> list[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relnamespace::regnamespace::text, c.relname, t.tgname
              FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE NOT t.tgisinternal AND c.relnamespace::regnamespace::text ~ %s
            """,
            [f"^{CITY_SCHEMAS}$"],
        )
        return [Finding(s, f"pemicu {name} pada {table}") for s, table, name in cursor.fetchall()]


def _orphans(field: "models.ForeignKey[Any, Any]", schema: str) -> list[Finding]:
    """Rows whose target in public is gone."""
    target = field.target_field.model._meta.db_table
    query = sql.SQL(
        "SELECT count(*) FROM {own} o WHERE o.{column} IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM {target} t WHERE t.{key} = o.{column})"
    ).format(
        own=sql.Identifier(schema, field.model._meta.db_table),
        column=sql.Identifier(str(field.column)),
        target=sql.Identifier(PUBLIC, str(target)),
        key=sql.Identifier(str(field.target_field.column)),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        count = cursor.fetchone()[0]
    name = f"{field.model._meta.db_table}.{field.column}"
    return [Finding(schema, f"{count} baris {name} menunjuk baris yang tidak ada")] if count else []
