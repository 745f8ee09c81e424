"""Write one city into one file."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.registry import backup
from tenants.registry.models import City
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
        half = target.with_name(target.name + ".part")
        # Residents' data: nobody but its owner may read the file.
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            manifest = backup.export_city(city, out)
            out.flush()
            os.fsync(out.fileno())
        half.replace(target)
        rows = sum(manifest.data["rows"].values())
        self.stdout.write(
            f"{city.name}: {rows} baris, {len(manifest.data['sums'])} bagian → {target} "
            f"({target.stat().st_size / 1e6:.1f} MB)"
        )
