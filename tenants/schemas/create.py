"""Make an empty schema from the compiled template."""

from django.db import connection

from tenants.backend.scope import in_schema
from tenants.schemas import compiler
from tenants.schemas.strategy import strategy


def create_schema(schema_name: str) -> None:
    """Make an empty city schema in the running transaction."""
    how = strategy()
    commands = compiler.compiled().statements(schema_name, grouped=how.groups_foreign_keys)
    with in_schema(schema_name), connection.cursor() as cursor:
        how.send(cursor, commands)
