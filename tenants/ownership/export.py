"""A whole city as open files: everything it owns, nothing that opens a door.

    BACA-SAYA.txt                  what this is, for whoever opens it in ten years
    KAMUS.html, kamus-data.csv, kamus-data.json
    data/TABLE.csv                 for people: a header, one line a row
    data/TABLE.jsonl               for programs, and for ``import_city``: one JSON object a line
    surat/…, dokumen/…             PDFs and uploads under names people find, each with a list
    berkas-lain/…                  any other file of the city
    manifest.json                  counts, sizes and SHA-256 of all of these; signed

One snapshot (repeatable read) for all tables; nothing is locked. Memory does not grow with the
city: rows pass one by one, files in parts.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import connection, transaction

from kernel.clock import now
from kernel.tables import as_text
from tenants.backend.scope import in_city
from tenants.ownership import columns, explanations
from tenants.ownership.archive import FORMAT, PART, VERSION, Writer
from tenants.ownership.columns import Row
from tenants.ownership.dictionary import TableEntry, describe
from tenants.registry.models import City
from tenants.schemas import compiler
from tenants.schemas.archive import files_below
from tenants.schemas.compiler import Table, ident

Watch = Callable[[int, str], None]  # percent, what is being done in Indonesian
ROWS_AT_ONCE = 2000
NOTE_EVERY = 20  # files between two notes of progress
TABLES_SHARE = 55  # percent of the way that is tables; the rest is files

KEPT_ABOUT = ("code", "name", "province", "subdomain", "timezone", "is_demo", "done_stages")


@dataclass(frozen=True, slots=True)
class Made:
    """What was written."""

    manifest: dict[str, Any]
    manifest_sha256: str
    taken_at: datetime
    rows: int
    files: int


def write(city: City, target: IO[bytes], *, watch: Watch = lambda percent, doing: None) -> Made:
    """Write one city into an open, seekable file. Call with a connection that is at rest."""
    with in_city(city), transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        applied = [list(row) for row in cursor.fetchall()]  # the snapshot begins here
        taken_at = now()
        tables = compiler.read(city.schema_name, "", rows=False).tables
        entries = describe(tables)
        writer = Writer(target, at=taken_at)
        rows = _tables(city, writer, tables, entries, watch)
        files = _files(city, writer, watch)
        watch(98, "Kamus dan daftar isi")
        for name, text in explanations.pages(city, entries, rows, taken_at).items():
            writer.add(name, text)
        body = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": taken_at.isoformat(),
            "city": {name: getattr(city, name) for name in KEPT_ABOUT},
            "migrations": applied,
            "rows": rows,
            "withheld_tables": {e.table: e.withheld for e in entries if e.withheld},
            "derived": sorted(columns.COMPUTED.names()),
            "left_out_folders": dict(columns.LEFT_OUT.items()),
            "files": files,
        }
        manifest, digest = writer.close(body)
    there = sum(1 for file in files if file["member"])
    return Made(manifest, digest, taken_at, sum(rows.values()), there)


# --- tables --------------------------------------------------------------------------------------


def _tables(
    city: City, writer: Writer, tables: list[Table], entries: list[TableEntry], watch: Watch
) -> dict[str, int]:
    keys = {table.name: _order(table) for table in tables}
    chosen = [entry for entry in entries if not entry.withheld]
    sizes = _estimates(city, [entry.table for entry in chosen])
    whole, done = sum(sizes.values()) or 1, 0
    rows: dict[str, int] = {}
    for number, entry in enumerate(chosen, start=1):
        doing = f"Tabel {number} dari {len(chosen)}: {entry.meaning.split(':')[0].split('.')[0]}"
        before, share = done, sizes[entry.table]

        def step(count: int, before: int = before, share: int = share, doing: str = doing) -> None:
            watch(TABLES_SHARE * (before + min(count // 2, share)) // whole, doing[:120])

        step(0)
        count = 0
        with writer.member(f"data/{entry.table}.jsonl") as out:
            for row in _rows(city, entry, keys[entry.table]):
                out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode())
                out.write(b"\n")
                count += 1
                if count % ROWS_AT_ONCE == 0:
                    step(count)
        with writer.member(f"data/{entry.table}.csv") as out:
            text = io.StringIO()
            sheet = csv.writer(text)
            sheet.writerow([column.name for column in entry.exported])
            for again, row in enumerate(_rows(city, entry, keys[entry.table]), start=1):
                sheet.writerow([_cell(value) for value in row.values()])
                if again % ROWS_AT_ONCE == 0:
                    _flush(text, out)
                    step(count + again)
            _flush(text, out)
        rows[entry.table] = count
        done += share
    return rows


def _flush(text: io.StringIO, out: Any) -> None:
    out.write(text.getvalue().encode())
    text.seek(0)
    text.truncate()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else as_text(value)


def _order(table: Table) -> str:
    """What makes two exports of the same rows alike: the primary key."""
    for _name, definition in table.constraints:
        if definition.startswith("PRIMARY KEY"):
            return definition.removeprefix("PRIMARY KEY").strip().strip("()")
    return "1"


def _estimates(city: City, names: list[str]) -> dict[str, int]:
    """About how many rows each table has, from the catalog: for the progress line alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples FROM pg_class"
            " WHERE relnamespace = %s::regnamespace AND relname = ANY(%s)",
            [city.schema_name, names],
        )
        return {name: max(int(about), 100) for name, about in cursor.fetchall()}


def _rows(city: City, entry: TableEntry, order: str) -> Iterator[Row]:
    """A table's rows as they are exported, in order, a few thousand in memory at most."""
    stored = [column.column for column in entry.exported]
    listed = ", ".join(ident(name) for name in stored)
    query = (
        f"SELECT row_to_json(t)::text FROM"  # noqa: S608 - names from the catalog
        f" (SELECT {listed} FROM {ident(entry.table)} ORDER BY {order}) t"
    )
    change = _outward(city, entry)
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(query)
        while batch := cursor.fetchmany(ROWS_AT_ONCE):
            for (text,) in batch:
                yield change(json.loads(text))


def _outward(city: City, entry: TableEntry) -> Callable[[Row], Row]:
    """How a stored row becomes an exported one."""
    prefix = f"{city.schema_name}/"
    special: list[tuple[str, str, Callable[[Row], object]]] = []
    for column in entry.exported:
        place = f"{entry.table}.{column.column}"
        if place in columns.SEALED:
            special.append((column.column, column.name, _opener(columns.SEALED[place], column)))
        elif place in columns.REWRITTEN:
            special.append((column.column, column.name, columns.REWRITTEN[place]))
        elif place in columns.PATHS:
            special.append((column.column, column.name, _shortener(prefix, column.column)))
    if not special:
        return lambda row: row
    order = [(column.column, column.name) for column in entry.exported]
    makers = {stored: make for stored, _name, make in special}

    def change(row: Row) -> Row:
        return {
            name: makers[stored](row) if stored in makers else row[stored] for stored, name in order
        }

    return change


def _opener(treasure: columns.Sealed, column: Any) -> Callable[[Row], object]:
    def opened(row: Row) -> object:
        raw = row[column.column]
        if raw is None:
            return None
        sealed = bytes.fromhex(str(raw).removeprefix("\\x"))
        if not sealed:
            return {} if treasure.is_json else ""
        text = treasure.open(sealed)
        return json.loads(text) if treasure.is_json else text

    return opened


def _shortener(prefix: str, column: str) -> Callable[[Row], object]:
    return lambda row: str(row[column]).removeprefix(prefix)


# --- files ---------------------------------------------------------------------------------------


def _files(city: City, writer: Writer, watch: Watch) -> list[dict[str, str]]:
    """Every stored file, those of the shelves under their own names; missing ones are listed."""
    placed: dict[str, str] = {}
    whole = sum(1 for _ in files_below(city.schema_name)) or 1
    prefix = f"{city.schema_name}/"
    found: list[dict[str, str]] = []

    def copy(path: str, member: str, kind: str) -> None:
        inside = path.removeprefix(prefix)
        if not default_storage.exists(path):
            found.append({"path": inside, "member": ""})
            return
        with default_storage.open(path) as stored, writer.member(member) as out:
            while part := stored.read(PART):
                out.write(part)
        placed[path] = member
        found.append({"path": inside, "member": member})
        if len(placed) % NOTE_EVERY == 1:
            percent = TABLES_SHARE + (98 - TABLES_SHARE) * min(len(placed), whole) // whole
            watch(percent, f"{kind}: {len(placed)} dari {whole}")

    for shelf in columns.SHELVES:
        _list(writer, shelf)
        for item in shelf.items():
            copy(item.path, f"{shelf.folder}/{item.name}", shelf.name)
    for path in files_below(city.schema_name):
        inside = path.removeprefix(prefix)
        if path not in placed and inside.split("/")[0] not in columns.LEFT_OUT:
            copy(path, f"berkas-lain/{inside}", "Berkas")
    return found


def _list(writer: Writer, shelf: columns.Shelf) -> None:
    """The shelf's list: one line a file, with what people search for."""
    with writer.member(f"{shelf.folder}/daftar-{shelf.folder}.csv") as out:
        text = io.StringIO()
        sheet = csv.writer(text)
        sheet.writerow(["berkas", "ada", *shelf.columns])
        for item in shelf.items():
            there = "ya" if default_storage.exists(item.path) else "tidak"
            about = (item.about[name] for name in shelf.columns)
            sheet.writerow([as_text(item.name), there, *map(as_text, about)])
            if text.tell() > PART:
                _flush(text, out)
        _flush(text, out)
