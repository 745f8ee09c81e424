"""Write one city into one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenants.registry import backups
from tenants.registry.management.cities import the_city


class Command(BaseCommand):
    help = "Export one city: tables in one snapshot, files, checksummed and sealed manifest."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="for example 64.74")
        parser.add_argument("file", type=Path, help="for example bontang.tar.gz")

    def handle(self, *args: Any, **options: Any) -> None:
        city = the_city(options["code"])
        target: Path = options["file"]
        made = backups.write(city, target)
        self.stdout.write(
            f"{city.name}: {made.rows} baris → {target} ({made.size / 1e6:.1f} MB), "
            f"SHA-256 {made.sha256}"
        )
