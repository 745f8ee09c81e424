"""Write one city into one file."""

import hashlib
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.clock import now
from kernel.files import whole_file
from tenants.registry import backup
from tenants.registry.models import Backup, City
from tenants.registry.scope import in_public


class Command(BaseCommand):
    help = "Export one city: tables in one snapshot, files, checksummed and sealed manifest."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="for example 64.74")
        parser.add_argument("file", type=Path, help="for example bontang.tar.gz")

    def handle(self, *args: Any, **options: Any) -> None:
        with in_public():
            city = City.objects.filter(code=options["code"]).first()
        if city is None:
            raise CommandError(f"Tidak ada kota dengan kode {options['code']}.")
        target: Path = options["file"]
        started, moment = time.monotonic(), now()
        with whole_file(target) as out:
            manifest = backup.export_city(city, out)
            out.seek(0)
            sha256 = hashlib.file_digest(out, "sha256").hexdigest()  # type: ignore[arg-type]
        rows = sum(manifest.data["rows"].values())
        with in_public():
            Backup.objects.create(
                city=city,
                city_code=city.code,
                made_at=moment,
                took=time.monotonic() - started,
                size=target.stat().st_size,
                sha256=sha256,
                rows=rows,
                file_name=target.name[:200],
            )
        self.stdout.write(
            f"{city.name}: {rows} baris, {len(manifest.data['sums'])} bagian → {target} "
            f"({target.stat().st_size / 1e6:.1f} MB), SHA-256 {sha256}"
        )
