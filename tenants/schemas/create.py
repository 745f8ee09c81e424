"""Make an empty schema from the compiled template."""

from django.conf import settings
from django.db import connection

from tenants.backend.scope import in_schema
from tenants.schemas import compiler


def create_schema(schema_name: str) -> None:
    """Make an empty city schema in the running transaction."""
    plan = compiler.compiled()
    with in_schema(schema_name), connection.cursor() as cursor:
        if settings.CITUS:
            for statement in plan.statements(schema_name, citus=True):
                cursor.execute(statement)
        else:
            cursor.execute(plan.script(schema_name))
