"""Whether many schemas have the same tables."""

import hashlib
from collections.abc import Sequence

from django.db import connection, transaction

from tenants.backend.scope import in_public
from tenants.schemas.compiler import TEMPLATE
from tenants.schemas.plan import applied_by_schema


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
