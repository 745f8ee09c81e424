"""An empty city schema as SQL, read from the catalog of the migrated ``template`` schema.

Migrating a new schema runs every migration again; here the *result* is read once per migration
state and replayed as one message. Whatever the reader does not understand (a view, a trigger, a
partition…) stops it: a city must never silently differ from a migrated one. The proof is a test
that compares ``pg_dump -s`` of the two.
"""

import hashlib
import threading
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from tenants.backend.scope import in_schema

TEMPLATE = "template"


class NoTemplate(RuntimeError):
    """The template schema is missing or empty; ``manage.py prepare_platform`` makes it."""


class Unsupported(RuntimeError):
    """The template holds an object the compiler cannot reproduce."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    not_null: bool
    not_null_name: str | None
    identity: str
    default: str | None
    generated: str
    collation: str | None


@dataclass(slots=True)
class Table:
    name: str
    columns: list[Column] = field(default_factory=list)
    constraints: list[tuple[str, str]] = field(default_factory=list)  # name, definition
    foreign_keys: list[tuple[str, str]] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    # identity column → (sequence, last value, is called)
    sequences: dict[str, tuple[str, int, bool]] = field(default_factory=dict)
    rows: list[str] = field(default_factory=list)  # seed rows as VALUES tuples


@dataclass(frozen=True, slots=True)
class Compiled:
    """A city schema ready to be made under any name."""

    fingerprint: str  # of the applied migrations
    tables: list[Table]

    def tables_sql(self, schema: str) -> list[str]:
        """The schema and its empty tables."""
        return [f"CREATE SCHEMA {ident(schema)}"] + [_create_table(t, schema) for t in self.tables]

    def sequences_sql(self, schema: str) -> list[str]:
        """Where counting goes on."""
        made = []
        for table in self.tables:
            for sequence, last, called in table.sequences.values():
                if called:
                    name = f"{ident(schema)}.{ident(sequence)}".replace("'", "''")
                    made.append(f"SELECT setval('{name}', {last})")
        return made

    def links_sql(self, *, grouped: bool = False) -> list[str]:
        """Indexes and foreign keys, made when the rows are there; ``grouped``: all keys of a table
        in one ALTER, which is faster and which Citus refuses."""
        made = [index for table in self.tables for index in table.indexes]
        for table in self.tables:
            added = [f"ADD CONSTRAINT {ident(n)} {d}" for n, d in table.foreign_keys]
            groups = ([added] if added else []) if grouped else [[one] for one in added]
            made += [f"ALTER TABLE {ident(table.name)} {', '.join(group)}" for group in groups]
        return made

    def _rows_sql(self) -> list[str]:
        made = []
        for table in self.tables:
            columns = ", ".join(ident(c.name) for c in table.columns if not c.generated)
            for start in range(0, len(table.rows), 500):
                values = ",\n".join(table.rows[start : start + 500])
                made.append(f"INSERT INTO {ident(table.name)} ({columns}) VALUES\n{values}")
        return made

    def statements(self, schema: str, *, grouped: bool = False) -> list[str]:
        """The commands that make ``schema``; unqualified names mean it."""
        return [
            *self.tables_sql(schema),
            *self._rows_sql(),
            *self.sequences_sql(schema),
            *self.links_sql(grouped=grouped),
        ]


def ident(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _create_table(table: Table, schema: str) -> str:
    lines = []
    for column in table.columns:
        line = f"{ident(column.name)} {column.type}"
        if column.collation:
            line += f" COLLATE {column.collation}"
        if column.identity:
            kind = "ALWAYS" if column.identity == "a" else "BY DEFAULT"
            sequence = table.sequences[column.name][0]
            line += f" GENERATED {kind} AS IDENTITY"
            if sequence != f"{table.name}_{column.name}_seq":
                line += f" (SEQUENCE NAME {ident(schema)}.{ident(sequence)})"
        elif column.generated:
            line += f" GENERATED ALWAYS AS ({column.default}) STORED"
        elif column.default is not None:
            line += f" DEFAULT {column.default}"
        if column.not_null:
            if column.not_null_name:
                line += f" CONSTRAINT {ident(column.not_null_name)}"
            line += " NOT NULL"
        lines.append(line)
    lines += [f"CONSTRAINT {ident(name)} {definition}" for name, definition in table.constraints]
    body = ",\n  ".join(lines)
    return f"CREATE TABLE {ident(table.name)} (\n  {body}\n)"


_cache: dict[str, Compiled] = {}
_lock = threading.Lock()


def applied_fingerprint(schema: str = TEMPLATE) -> str:
    """A hash of the migrations applied in a schema."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)::text", [f'"{schema}".django_migrations'])
        if cursor.fetchone()[0] is None:
            raise NoTemplate(f"schema {schema} has no migrations; run manage.py prepare_platform")
        cursor.execute(
            f"SELECT string_agg(app || '.' || name, E'\\n' ORDER BY app, name)"  # noqa: S608
            f" FROM {ident(schema)}.django_migrations"
        )
        text = cursor.fetchone()[0] or ""
    return hashlib.sha256(text.encode()).hexdigest()


def compiled() -> Compiled:
    """The city schema as it now stands in the template; read again when that was migrated."""
    fingerprint = applied_fingerprint()
    key = f"{connection.settings_dict['NAME']}:{fingerprint}"
    with _lock:
        known = _cache.get(key)
    if known is None:
        known = read(TEMPLATE, fingerprint)
        with _lock:
            _cache.clear()
            _cache[key] = known
    return known


def read(schema: str, fingerprint: str, *, rows: bool = True) -> Compiled:
    """Read a schema from the catalog, with its rows as seed rows unless told otherwise.

    Raises Unsupported for what cannot be reproduced.
    """
    with in_schema(schema), connection.cursor() as cursor:
        # In its own schema the catalog's functions print names without it.
        relations = _relations(cursor, schema)
        _refuse_unsupported(cursor, schema, relations)
        oids = {"oids": [r.oid for r in relations if r.kind == "r"], "schema": schema}
        tables = _tables(cursor, oids)
        if not tables:
            raise NoTemplate(f"schema {schema} is empty")
        _constraints(cursor, oids, tables)
        _indexes(cursor, oids, tables)
        _sequences(cursor, oids, tables)
        for table in tables.values() if rows else ():
            _rows(cursor, table)
    return Compiled(fingerprint, list(tables.values()))


@dataclass(frozen=True, slots=True)
class _Relation:
    oid: int
    name: str
    kind: str
    is_special: bool


def _relations(cursor: Any, schema: str) -> list[_Relation]:
    """Tables and sequences of a schema, found through pg_depend: pg_class has no index by schema,
    and 514 cities fill it."""
    cursor.execute(
        """
        SELECT c.oid, relname, relkind, reloptions IS NOT NULL OR relpersistence <> 'p'
               OR relrowsecurity OR relhassubclass
          FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
         WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = %s::regnamespace
           AND d.classid = 'pg_class'::regclass
        """,
        [schema],
    )
    return [_Relation(*row) for row in cursor.fetchall()]


def _refuse_unsupported(cursor: Any, schema: str, relations: list[_Relation]) -> None:
    found = [f"relation {r.name}" for r in relations if r.is_special or r.kind not in ("r", "S")]
    cursor.execute(
        """
        SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend
         WHERE refclassid = 'pg_namespace'::regclass AND refobjid = %(schema)s::regnamespace
           AND classid <> 'pg_class'::regclass
        UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger
         WHERE tgrelid = ANY(%(oids)s::oid[]) AND NOT tgisinternal
        UNION ALL SELECT 'sequence ' || relname FROM pg_class c
         WHERE oid = ANY(%(oids)s::oid[]) AND relkind = 'S' AND NOT EXISTS (
           SELECT FROM pg_depend d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
        UNION ALL SELECT 'comment on ' || objoid::regclass::text FROM pg_description
         WHERE objoid = ANY(%(oids)s::oid[]) AND classoid = 'pg_class'::regclass
        """,
        {"schema": schema, "oids": [r.oid for r in relations]},
    )
    found += [row[0] for row in cursor.fetchall()]
    if found:
        raise Unsupported(f"schema {schema} cannot be compiled: {', '.join(found)}")


def server_version() -> int:
    """As 180006."""
    wrapper: Any = connection
    return int(wrapper.pg_version)


def _tables(cursor: Any, oids: dict[str, Any]) -> dict[str, Table]:
    not_null_names = "NULL"
    if server_version() >= 180000:  # NOT NULL became a named constraint
        not_null_names = (
            "(SELECT conname FROM pg_constraint n WHERE n.conrelid = c.oid AND n.contype = 'n'"
            " AND n.conkey = ARRAY[a.attnum])"
        )
    cursor.execute(
        f"""
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               {not_null_names}, a.attidentity, pg_get_expr(d.adbin, d.adrelid),
               a.attgenerated,
               CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0
                    THEN a.attcollation::regcollation::text END
          FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          JOIN pg_type t ON t.oid = a.atttypid
          LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
         WHERE c.oid = ANY(%(oids)s::oid[])
         ORDER BY c.relname, a.attnum
        """,  # noqa: S608
        oids,
    )
    tables: dict[str, Table] = {}
    for relname, *column in cursor.fetchall():
        tables.setdefault(relname, Table(relname)).columns.append(Column(*column))
    return tables


def _constraints(cursor: Any, oids: dict[str, Any], tables: dict[str, Table]) -> None:
    cursor.execute(
        """
        SELECT c.relname, con.conname, con.contype, pg_get_constraintdef(con.oid),
               f.relnamespace::regnamespace::text
          FROM pg_constraint con
          JOIN pg_class c ON c.oid = con.conrelid
          LEFT JOIN pg_class f ON f.oid = con.confrelid
         WHERE con.conrelid = ANY(%(oids)s::oid[]) AND con.contype <> 'n'
         ORDER BY c.relname, con.contype DESC, con.conname
        """,
        oids,
    )
    for relname, name, kind, definition, target in cursor.fetchall():
        if kind == "f":
            if target != oids["schema"]:
                raise Unsupported(f"{relname}.{name} points out of the city, to schema {target}")
            tables[relname].foreign_keys.append((name, definition))
        elif kind in "puc":
            tables[relname].constraints.append((name, definition))
        else:
            raise Unsupported(f"constraint {name} of kind {kind!r}")


def _indexes(cursor: Any, oids: dict[str, Any], tables: dict[str, Table]) -> None:
    cursor.execute(
        """
        SELECT c.relname, pg_get_indexdef(i.indexrelid, 0, true)
          FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
          JOIN pg_class x ON x.oid = i.indexrelid
         WHERE i.indrelid = ANY(%(oids)s::oid[]) AND NOT EXISTS (
               SELECT FROM pg_constraint con
                WHERE con.conrelid = i.indrelid AND con.conindid = i.indexrelid
                  AND con.contype IN ('p', 'u', 'x'))
         ORDER BY c.relname, x.relname
        """,
        oids,
    )
    for relname, definition in cursor.fetchall():
        tables[relname].indexes.append(definition)


def _sequences(cursor: Any, oids: dict[str, Any], tables: dict[str, Table]) -> None:
    cursor.execute(
        """
        SELECT c.relname, a.attname, s.relname
          FROM pg_depend d
          JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
          JOIN pg_class c ON c.oid = d.refobjid
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
         WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY(%(oids)s::oid[])
           AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
        """,
        oids,
    )
    found = cursor.fetchall()
    if not found:
        return
    cursor.execute(
        " UNION ALL ".join(
            f"SELECT last_value, is_called FROM {ident(sequence)}"  # noqa: S608
            for _, _, sequence in found
        )
    )
    for (relname, column, sequence), (last, called) in zip(found, cursor.fetchall(), strict=True):
        tables[relname].sequences[column] = (sequence, last, called)


def _rows(cursor: Any, table: Table) -> None:
    """Seed rows, written by the server as literals so that no type is lost on the way."""
    columns = [c for c in table.columns if not c.generated]
    parts = " || ', ' || ".join(
        f"quote_nullable({ident(c.name)}::text) || '::' || {_literal(c.type)}" for c in columns
    )
    cursor.execute(f"SELECT '(' || {parts} || ')' FROM {ident(table.name)} ORDER BY 1")  # noqa: S608
    table.rows = [row[0] for row in cursor.fetchall()]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
