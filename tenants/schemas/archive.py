"""One schema and its files in one file, and back.

``pg_dump -n`` reads the catalog of all schemas to save one; here the compiler reads one schema, and
its rows are copied in one snapshot. The file is a gzipped tar:

    schema.json       definitions: tables, then sequences, indexes and foreign keys
    data/TABLE        rows, in COPY's text format
    files/PATH        the files below the folder of the schema's name
    manifest.json     last: who, when, at which migrations, and the SHA-256 of every member;
                      sealed with an HMAC of the master key

A file that was cut off has no manifest; an altered one does not match it; one made by a later
release names migrations we do not have. All three are refused before anything is written.
"""

import gzip
import hashlib
import hmac
import io
import json
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from tenants.backend.scope import in_schema
from tenants.schemas import compiler

FORMAT = 1
PLACEHOLDER = "schema_of_the_city"
SPOOL = 8 * 1024 * 1024
PATHS = frozenset({"path", "file"})  # columns of text that name a stored file


class BadBackup(Exception):
    """The file cannot be restored here; the message says why, in Indonesian."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself."""

    data: dict[str, Any]

    @property
    def schema(self) -> str:
        return str(self.data["schema"])

    @property
    def applied(self) -> frozenset[tuple[str, str]]:
        return frozenset((app, name) for app, name in self.data["migrations"])


def seal(body: dict[str, Any], master: str = "") -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    key = hashlib.sha256(b"balai backup" + (master or settings.MASTER_KEY).encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


# --- Out ---------------------------------------------------------------------------------------


class Writer:
    """The tar of one schema, with the SHA-256 of each member."""

    def __init__(self, target: IO[bytes]) -> None:
        self.zipped = gzip.GzipFile(fileobj=target, mode="wb", compresslevel=1, mtime=0)
        self.tar = tarfile.TarFile(fileobj=self.zipped, mode="w", format=tarfile.PAX_FORMAT)
        self.sums: dict[str, str] = {}

    def add(self, name: str, content: IO[bytes]) -> None:
        content.seek(0)
        self.sums[name] = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
        member = tarfile.TarInfo(name)
        member.size = content.seek(0, io.SEEK_END)
        content.seek(0)
        self.tar.addfile(member, content)

    def close(self) -> None:
        self.tar.close()
        self.zipped.close()


@dataclass(frozen=True, slots=True)
class Written:
    """What ``write_schema`` put into a file."""

    applied: list[tuple[str, str]]
    rows: dict[str, int]


def write_schema(writer: Writer, schema: str) -> Written:
    """Definitions, rows and files of one schema, read in one snapshot; nothing else is locked."""
    with in_schema(schema), transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        applied = cursor.fetchall()
        plan = compiler.read(schema, "", rows=False)
        definition = {
            "tables": plan.tables_sql(PLACEHOLDER),
            "sequences": plan.sequences_sql(PLACEHOLDER),
            "links": plan.links_sql(),
            "columns": {
                t.name: [c.name for c in t.columns if not c.generated] for t in plan.tables
            },
        }
        writer.add("schema.json", io.BytesIO(json.dumps(definition).encode()))
        counts: dict[str, int] = {}
        for table, columns in definition["columns"].items():  # type: ignore[attr-defined]
            with tempfile.SpooledTemporaryFile(SPOOL) as rows:
                listed = ", ".join(compiler.ident(c) for c in columns)
                cursor.cursor.copy_expert(
                    f"COPY {compiler.ident(table)} ({listed}) TO STDOUT", rows
                )
                counts[table] = cursor.rowcount
                if counts[table]:
                    writer.add(f"data/{table}", rows)
        for path in files_below(schema):
            try:
                stored = default_storage.open(path)
            except FileNotFoundError:  # taken away since it was listed: a draft's, a leftover
                continue
            with stored:
                writer.add(f"files/{path.removeprefix(schema + '/')}", stored)
    return Written(applied, counts)


def files_below(folder: str) -> Iterator[str]:
    """Every stored file below a folder."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(names):
        yield f"{folder}/{name}"
    for name in sorted(folders):
        yield from files_below(f"{folder}/{name}")


# --- Back --------------------------------------------------------------------------------------


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever goes wrong in reading the file is said in one way."""
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise BadBackup(
            f"Berkas {error.filename} tidak ada atau tidak boleh dibaca. Periksa jalurnya."
        ) from error
    except (tarfile.TarError, EOFError, OSError, UnicodeDecodeError, zlib.error) as error:
        raise BadBackup(
            "Berkas cadangan ini rusak atau terpotong. Salin ulang dari tempat asalnya."
        ) from error


def _members(source: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The file's members in order; consume inside ``_readable``."""
    with gzip.open(source) as unzipped, tarfile.open(fileobj=unzipped, mode="r|") as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is None:
                raise BadBackup(f"Berkas cadangan berisi {member.name!r} yang tidak dikenal.")
            yield member.name, content
        while unzipped.read(1024 * 1024):
            pass  # to the end, where gzip's own checksum stands


def verify(source: Path) -> Manifest:
    """Read the whole file and compare it with its manifest. Raises BadBackup."""
    sums: dict[str, str] = {}
    manifest: dict[str, Any] | None = None
    with _readable():
        for name, content in _members(source):
            if manifest is not None or name in sums:
                raise BadBackup("Berkas cadangan ini berubah: ada isi tambahan.")
            if name == "manifest.json":
                try:
                    manifest = json.loads(content.read(64 * 1024 * 1024))
                except ValueError as fault:
                    raise BadBackup("Berkas cadangan ini rusak: daftarnya salah.") from fault
            else:
                digest = hashlib.sha256()
                while part := content.read(1024 * 1024):
                    digest.update(part)
                sums[name] = digest.hexdigest()
    if not isinstance(manifest, dict):
        raise BadBackup("Berkas cadangan ini terpotong: daftar isinya tidak ada.")
    claimed = manifest.pop("seal", "")
    masters = (settings.MASTER_KEY, *settings.OLD_MASTER_KEYS)
    if not isinstance(claimed, str) or not any(
        hmac.compare_digest(claimed, seal(manifest, master)) for master in masters
    ):
        raise BadBackup(
            "Segel berkas cadangan ini tidak cocok: berkas diubah, atau dibuat di pemasangan lain "
            "(BALAI_MASTER_KEY berbeda)."
        )
    if manifest["format"] != FORMAT:
        raise BadBackup("Berkas cadangan ini dibuat oleh rilis Balai yang lain formatnya.")
    if manifest["sums"] != sums:
        raise BadBackup("Isi berkas cadangan ini tidak cocok dengan daftarnya.")
    found = Manifest(manifest)
    unknown = found.applied - set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    if unknown:
        app, name = sorted(unknown)[0]
        raise BadBackup(
            f"Berkas cadangan ini dibuat oleh rilis Balai yang lebih baru ({app}.{name} belum "
            "dikenal di sini). Perbarui Balai dulu."
        )
    return found


def load_schema(source: Path, manifest: Manifest, schema: str, written: list[str]) -> None:
    """Make ``schema`` from a verified file, in the running transaction; ``written`` receives the
    names of stored files, for ``unwrite`` when something fails later."""
    definition: dict[str, Any] = {}
    with in_schema(schema), connection.cursor() as cursor:
        for name, content in _members(source):
            if name == "schema.json":
                definition = json.load(content)
                for statement in definition["tables"]:
                    cursor.execute(_named(statement, schema))
            elif name.startswith("data/"):
                table = name.removeprefix("data/")
                listed = ", ".join(compiler.ident(c) for c in definition["columns"][table])
                cursor.cursor.copy_expert(
                    f"COPY {compiler.ident(table)} ({listed}) FROM STDIN", content
                )
                if cursor.rowcount != manifest.data["rows"][table]:
                    raise BadBackup(f"Jumlah baris {table} tidak cocok.")
            elif name.startswith("files/"):
                put_file(schema, name.removeprefix("files/"), content, written)
        for statement in definition["sequences"] + definition["links"]:
            cursor.execute(_named(statement, schema))
        if schema != manifest.schema:
            _rename_paths(cursor, manifest.schema, schema)


def _named(statement: str, schema: str) -> str:
    """The compiler writes the schema's name in three places only, always quoted."""
    return statement.replace(compiler.ident(PLACEHOLDER), compiler.ident(schema))


def put_file(schema: str, path: str, content: IO[bytes], written: list[str]) -> None:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise BadBackup(f"Nama berkas {path!r} di dalam cadangan tidak boleh dipakai.")
    target = f"{schema}/{pure}"
    with tempfile.SpooledTemporaryFile(SPOOL) as spool:
        while part := content.read(1024 * 1024):
            spool.write(part)
        spool.seek(0)
        if default_storage.exists(target):
            with default_storage.open(target) as there:
                same = (
                    hashlib.sha256(there.read()).digest() == hashlib.sha256(spool.read()).digest()
                )
            if not same:
                raise BadBackup(f"Berkas {target} sudah ada dengan isi lain.")
            return
        saved = default_storage.save(target, File(spool))
        written.append(saved)
        if saved != target:
            raise BadBackup(f"Berkas {target} tidak dapat ditulis.")


def unwrite(written: list[str]) -> None:
    for path in written:
        default_storage.delete(path)


def _rename_paths(cursor: Any, old: str, new: str) -> None:
    """Stored paths begin with the schema's name."""
    for model in apps.get_models():
        config = model._meta.app_config
        if config is None or config.name not in settings.TENANT_APPS:
            continue
        for field in model._meta.local_concrete_fields:
            is_path = field.name in PATHS and isinstance(field, models.CharField)
            if is_path or isinstance(field, models.FileField):
                column = compiler.ident(str(field.column))
                cursor.execute(
                    f"UPDATE {compiler.ident(model._meta.db_table)}"  # noqa: S608
                    f" SET {column} = %s || substr({column}, {len(old) + 1})"
                    f" WHERE starts_with({column}, %s)",
                    [new, f"{old}/"],
                )
