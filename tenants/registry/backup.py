"""A city in one file, and back: schema and files (``schemas.archive``), row, hosts and key."""

import io
import json
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django_tenants.models import TenantMixin

from kernel.clock import now
from tenants.backend.place import SCHEMA_NAME
from tenants.backend.scope import in_public
from tenants.registry import fleet, keys
from tenants.registry.models import City, Domain
from tenants.schemas import archive, compiler
from tenants.schemas.archive import BadBackup, Manifest, verify

CITY_FIELDS = ("code", "name", "province", "subdomain", "timezone", "status", "is_demo",
               "done_stages")  # fmt: skip


def export_city(city: City, target: IO[bytes]) -> Manifest:
    """Write one city into an open file. Nothing else of the installation is read or locked."""
    writer = archive.Writer(target)
    schema = city.schema_name
    told = archive.write_schema(writer, schema)
    with in_public():
        hosts = list(
            city.domains.order_by("-is_primary", "domain").values_list("domain", flat=True)
        )
    body = {
        "format": archive.FORMAT,
        "made_at": now().isoformat(),
        "schema": schema,
        "city": {name: getattr(city, name) for name in CITY_FIELDS},
        "data_key": bytes(city.data_key).hex(),
        "hosts": hosts,
        "migrations": [list(row) for row in told.applied],
        "server": compiler.server_version(),
        "rows": told.rows,
        "sums": writer.sums,
    }
    manifest = {**body, "seal": archive.seal(body)}
    writer.add("manifest.json", io.BytesIO(json.dumps(manifest, indent=1).encode()))
    writer.close()
    return Manifest(manifest)


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
            archive.load_schema(source, manifest, schema, written)
    except IntegrityError as error:
        archive.unwrite(written)
        raise BadBackup(
            "Kota, alamat, atau skema ini sudah ada. Pakai --subdomain atau --schema lain."
        ) from error
    except BaseException:
        archive.unwrite(written)
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
