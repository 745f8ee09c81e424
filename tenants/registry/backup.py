"""One city in one file, and back.

``pg_dump -n`` reads the catalog of all cities to save one; here the compiler reads one schema, and
its rows are copied in one snapshot. The file is a gzipped tar:

    schema.json       definitions: tables, then sequences, indexes and foreign keys
    data/TABLE        rows, in COPY's text format
    files/PATH        the city's files
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
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django_tenants.models import TenantMixin

from kernel.clock import now
from tenants.backend.place import SCHEMA_NAME
from tenants.registry import compiler, fleet, keys
from tenants.registry.models import City, Domain
from tenants.registry.scope import in_public, in_schema

FORMAT = 1
PLACEHOLDER = "schema_of_the_city"
SPOOL = 8 * 1024 * 1024
PATHS = frozenset({"path", "file"})  # columns that name a stored file
CITY_FIELDS = ("code", "name", "province", "subdomain", "timezone", "status", "is_demo",
               "done_stages")  # fmt: skip


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


def _seal(body: dict[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    key = hashlib.sha256(b"balai backup" + settings.MASTER_KEY.encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


# --- Out ---------------------------------------------------------------------------------------


class _Writer:
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


def export_city(city: City, target: IO[bytes]) -> Manifest:
    """Write one city into an open file. Nothing else of the installation is read or locked."""
    writer = _Writer(target)
    schema = city.schema_name
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
    with in_public():
        hosts = list(
            city.domains.order_by("-is_primary", "domain").values_list("domain", flat=True)
        )
    body = {
        "format": FORMAT,
        "made_at": now().isoformat(),
        "schema": schema,
        "city": {name: getattr(city, name) for name in CITY_FIELDS},
        "data_key": bytes(city.data_key).hex(),
        "hosts": hosts,
        "migrations": [list(row) for row in applied],
        "server": compiler.server_version(),
        "rows": counts,
        "sums": writer.sums,
    }
    manifest = {**body, "seal": _seal(body)}
    writer.add("manifest.json", io.BytesIO(json.dumps(manifest, indent=1).encode()))
    writer.close()
    return Manifest(manifest)


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
    seal = manifest.pop("seal", "")
    if not isinstance(seal, str) or not hmac.compare_digest(seal, _seal(manifest)):
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


def restore_city(
    source: Path, *, schema: str | None = None, subdomain: str | None = None, detached: bool = False
) -> City | None:
    """Bring a city back, wholly or not at all, and migrate it to the present.

    ``schema`` and ``subdomain`` restore it under another name. ``detached`` makes the schema
    alone, without a city: a copy to look into while the city itself goes on; returns None.
    """
    manifest = verify(source)
    schema = schema or manifest.schema
    if not SCHEMA_NAME.match(schema) or schema.startswith("pg_") or schema in {"public"}:
        raise BadBackup(f"Nama skema {schema!r} tidak boleh dipakai.")
    about = manifest.data["city"]
    keys.unwrap(bytes.fromhex(manifest.data["data_key"]), code=about["code"])
    written: list[str] = []
    try:
        with in_public(), transaction.atomic(durable=True):
            _refuse_present(schema, about["code"], detached)
            city = None if detached else _city_row(manifest, schema, subdomain)
            _load(source, manifest, schema, written)
    except IntegrityError as error:
        unwrite(written)
        raise BadBackup(
            "Kota, alamat, atau skema ini sudah ada. Pakai --subdomain atau --schema lain."
        ) from error
    except BaseException:
        unwrite(written)
        raise
    if city is not None:
        report = fleet.migrate(only=[schema])
        if report.failed:
            raise BadBackup(f"Data sudah pulih, tetapi migrasinya gagal: {report.text()}")
    return city


def _refuse_present(schema: str, code: str, detached: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [f'"{schema}"'])
        if cursor.fetchone()[0]:
            raise BadBackup(f"Skema {schema} sudah ada. Pilih nama lain dengan --schema.")
    if not detached and City.objects.filter(code=code).exists():
        raise BadBackup(
            f"Kota dengan kode {code} masih ada. Hapus dulu, atau pulihkan sebagai salinan dengan "
            "--detached --schema NAMA."
        )


def _city_row(manifest: Manifest, schema: str, subdomain: str | None) -> City:
    about = {**manifest.data["city"]}
    about["subdomain"] = subdomain or about["subdomain"]
    city = City(schema_name=schema, data_key=bytes.fromhex(manifest.data["data_key"]), **about)
    super(TenantMixin, city).save(force_insert=True)
    hosts = [f"{about['subdomain']}.{settings.BASE_DOMAIN}"]
    if subdomain is None:
        base = f".{settings.BASE_DOMAIN}"
        hosts += [h for h in manifest.data["hosts"] if not h.endswith(base) and h not in hosts]
    for number, host in enumerate(hosts):
        Domain(tenant=city, domain=host, is_primary=number == 0).save()
    return city


def _load(source: Path, manifest: Manifest, schema: str, written: list[str]) -> None:
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
            if field.name in PATHS or isinstance(field, models.FileField):
                column = compiler.ident(str(field.column))
                cursor.execute(
                    f"UPDATE {compiler.ident(model._meta.db_table)}"  # noqa: S608
                    f" SET {column} = %s || substr({column}, {len(old) + 1})"
                    f" WHERE starts_with({column}, %s)",
                    [new, f"{old}/"],
                )
