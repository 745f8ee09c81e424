"""From an open export to a living city, here or in another installation: wholly or not at all.

The new city has its own data key: numbers are sealed with it, fingerprints and residents' logins
computed anew. Nobody has a password until they choose one.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django_tenants.models import TenantMixin

from audit import actions as audit
from kernel.clock import now
from tenants.backend.scope import in_city, in_public
from tenants.office import actions as office
from tenants.office import queries as office_queries
from tenants.ownership import columns
from tenants.ownership.archive import BadExport, Reader
from tenants.ownership.columns import Row
from tenants.ownership.dictionary import TableEntry, describe
from tenants.registry import provisioning
from tenants.registry.deletion import is_being_deleted
from tenants.registry.keys import new_city_key
from tenants.registry.models import City, Domain
from tenants.registry.regions import subdomain_fault
from tenants.schemas import compiler
from tenants.schemas.archive import BadBackup, put_file, unwrite
from tenants.schemas.compiler import Compiled, Table, ident

AT_ONCE = 500  # rows a statement
CODE = r"\d\d\.\d\d"


def check(source: Path, *, trust: str = "") -> dict[str, Any]:
    """Read the whole file; its manifest. Raises BadExport."""
    with Reader(source, trust=trust) as archive:
        _refuse_newer(archive.manifest)
        return archive.manifest


def _refuse_newer(manifest: dict[str, Any]) -> None:
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    unknown = {(app, name) for app, name in manifest["migrations"]} - known
    if unknown:
        app, name = sorted(unknown)[0]
        raise BadExport(
            f"Salinan ini dibuat oleh rilis Balai yang lebih baru ({app}.{name} belum dikenal di "
            "sini). Perbarui Balai dulu."
        )


def import_city(
    source: Path, *, code: str = "", subdomain: str = "", trust: str = "", invite: bool = True
) -> City:
    """Make a city from an export. ``code`` and ``subdomain`` where it shall be another's.

    ``trust`` is the fingerprint of the installation that sealed the file, if it is not this one.
    ``invite`` mails each administrator a link to choose a password. Raises BadExport.
    """
    written: list[str] = []
    with Reader(source, trust=trust) as archive:
        manifest = archive.manifest
        _refuse_newer(manifest)
        about = dict(manifest["city"])
        about["code"] = code or about["code"]
        about["subdomain"] = subdomain or about["subdomain"]
        _refuse_name(about)
        try:
            with in_public(), transaction.atomic(durable=True):
                city = _found(about)
                with in_city(city):
                    _load(archive, city)
                    _shelve(archive, city, written)
                    for run in columns.AFTER:
                        run()
                audit.record("city.imported", actor=None, subject="city", subject_id=city.code,
                             detail={"from": manifest["city"]["code"],
                                     "made_at": manifest["made_at"]})  # fmt: skip
        except BadBackup as error:
            unwrite(written)
            raise BadExport(str(error)) from None
        except (IntegrityError, DataError) as error:
            unwrite(written)
            # Not the error itself: it quotes the row.
            where = getattr(getattr(error.__cause__, "diag", None), "table_name", "") or "data"
            raise BadExport(f"Isi salinan ini tidak utuh: {where} tidak bisa dimuat.") from None
        except BaseException:
            unwrite(written)
            raise
    done = provisioning.finish(city)
    if invite:
        _invite(done)
    return done


def _refuse_name(about: dict[str, Any]) -> None:
    if not re.fullmatch(CODE, about["code"]):
        raise BadExport(f"Kode {about['code']!r} tidak seperti kode Kemendagri, misalnya 64.74.")
    fault = subdomain_fault(about["subdomain"])
    if fault:
        raise BadExport(f"{fault} Pilih yang lain dengan --subdomain.")


def _found(about: dict[str, Any]) -> City:
    """The city's row and host, in the running transaction."""
    schema = "c" + about["code"].replace(".", "")
    if City.objects.filter(code=about["code"]).exists():
        raise BadExport(
            f"Kota dengan kode {about['code']} sudah ada di sini. Pakai --code dan --subdomain "
            "lain."
        )
    host = f"{about['subdomain']}.{settings.BASE_DOMAIN}"
    if (
        City.objects.filter(subdomain=about["subdomain"]).exists()
        or Domain.objects.filter(domain=host).exists()
    ):
        raise BadExport(f"Alamat {host} sudah dipakai. Pilih yang lain dengan --subdomain.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [f'"{schema}"'])
        if cursor.fetchone()[0] or is_being_deleted(schema):
            raise BadExport(f"Ruang data {schema} masih ada. Tunggu sampai penghapusannya selesai.")
    city = City(schema_name=schema, data_key=new_city_key(code=about["code"]), **about)
    super(TenantMixin, city).save(force_insert=True)
    Domain(tenant=city, domain=host, is_primary=True).save()
    return city


# --- rows ----------------------------------------------------------------------------------------


def _load(archive: Reader, city: City) -> None:
    plan = compiler.compiled()
    entries = {entry.table: entry for entry in describe(plan.tables)}
    ours = {name for name, entry in entries.items() if not entry.withheld}
    theirs = set(archive.manifest["rows"])
    strange = theirs - ours
    if strange:
        raise BadExport(
            f"Salinan ini memuat tabel {sorted(strange)[0]} yang tidak dikenal rilis ini. Pulihkan "
            "dengan rilis yang membuatnya."
        )
    # Rows of the template stay only where nothing is exported: content types and the like.
    base = Compiled(
        plan.fingerprint,
        [replace(t, rows=[]) if t.name in theirs else t for t in plan.tables],
    )
    with connection.cursor() as cursor:
        for statement in [*base.tables_sql(city.schema_name), *base._rows_sql()]:
            cursor.execute(statement)
        for table in base.tables:
            if table.name in theirs:
                _fill(archive, city, table, entries[table.name], cursor)
        for table in base.tables:
            _count_on(city, table, cursor)
        for statement in base.links_sql():
            cursor.execute(statement)


def _fill(archive: Reader, city: City, table: Table, entry: TableEntry, cursor: Any) -> None:
    change = _inward(city, entry, _fallbacks(table, entry))
    waiting: list[Row] = []
    count = 0
    for row in archive.lines(f"data/{table.name}.jsonl"):
        waiting.append(change(row))
        count += 1
        if len(waiting) == AT_ONCE:
            _insert(table, waiting, cursor)
            waiting = []
    if waiting:
        _insert(table, waiting, cursor)
    if count != archive.manifest["rows"][table.name]:
        raise BadExport(f"Jumlah baris {table.name} tidak cocok dengan daftarnya.")


def _insert(table: Table, rows: list[Row], cursor: Any) -> None:
    """PostgreSQL reads its own JSON back, type by type. Columns a row does not know get their
    default."""
    columns = [c.name for c in table.columns if c.name in rows[0] and not c.generated]
    listed = ", ".join(ident(name) for name in columns)
    cursor.execute(
        f"INSERT INTO {ident(table.name)} ({listed})"  # noqa: S608 - names from the catalog
        f" OVERRIDING SYSTEM VALUE SELECT {listed}"
        f" FROM jsonb_populate_recordset(NULL::{ident(table.name)}, %s::jsonb)",
        [json.dumps(rows, ensure_ascii=False, default=str)],
    )


def _fallbacks(table: Table, entry: TableEntry) -> Row:
    """What required columns get that an export of an older release, or a secret, leaves open."""
    model = next((m for m in apps.get_models() if m._meta.db_table == table.name), None)
    fields = {f.column: f for f in model._meta.local_concrete_fields} if model else {}
    found: Row = {}
    for column in table.columns:
        if not column.not_null or column.default is not None or column.identity:
            continue
        field = fields.get(column.name)
        if field is not None and field.has_default():
            value = field.get_default()
            found[column.name] = _json(value) if isinstance(value, bytes) else value
        elif column.type.startswith(("character", "text")):
            found[column.name] = ""
    return found


def _inward(city: City, entry: TableEntry, fallbacks: Row) -> Any:
    """How an exported row becomes a stored one."""
    by_name = {column.name: column for column in entry.exported}
    computed = [
        (column.column, columns.COMPUTED[f"{entry.table}.{column.column}"])
        for column in entry.columns
        if f"{entry.table}.{column.column}" in columns.COMPUTED
    ]

    def change(row: Row) -> Row:
        stored: Row = dict(fallbacks)
        for name, value in row.items():
            column = by_name.get(name)
            if column is None:
                raise BadExport(f"Kolom {entry.table}.{name} tidak dikenal rilis ini. Pulihkan "
                                "dengan rilis yang membuatnya.")  # fmt: skip
            place = f"{entry.table}.{column.column}"
            if place in columns.SEALED:
                stored[column.column] = _resealed(columns.SEALED[place], value)
            elif place in columns.PATHS and value:
                stored[column.column] = f"{city.schema_name}/{value}"
            else:
                stored[column.column] = value
        for column_name, make in computed:
            stored[column_name] = _json(make(row))
        return stored

    return change


def _resealed(treasure: columns.Sealed, value: Any) -> object:
    if value is None:
        return None
    if treasure.is_json:
        if value == {}:
            return "\\x"
        return _json(treasure.seal(json.dumps(value, ensure_ascii=False)))
    return _json(treasure.seal(str(value))) if value else "\\x"


def _json(value: object) -> object:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else value


def _count_on(city: City, table: Table, cursor: Any) -> None:
    """Numbers go on after the highest one there is."""
    for column, (sequence, _last, _called) in table.sequences.items():
        cursor.execute(
            f"SELECT setval(%s, max({ident(column)})) FROM {ident(table.name)}"  # noqa: S608
            f" HAVING max({ident(column)}) IS NOT NULL",
            [f"{ident(city.schema_name)}.{ident(sequence)}"],
        )


# --- files and people ----------------------------------------------------------------------------


def _shelve(archive: Reader, city: City, written: list[str]) -> None:
    for file in archive.manifest["files"]:
        if file["member"]:
            with archive.open(file["member"]) as content:
                put_file(city.schema_name, file["path"], content, written)


def _invite(city: City) -> None:
    """Each administrator gets a link to choose a password."""
    with in_city(city), transaction.atomic():
        for user in office_queries.admins(now().astimezone(city.tz).date()):
            office.send_invitation(user=user)
