"""Write a city's open copy, for who cannot do it in the browser."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kernel.files import whole_file
from tenants.ownership import export
from tenants.registry.management.cities import the_city


class Command(BaseCommand):
    help = "Write one city as an open export (ZIP): CSV and JSON, letters, documents, dictionary."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="for example 64.74")
        parser.add_argument("file", type=Path, help="for example bontang.zip")

    def handle(self, *args: Any, **options: Any) -> None:
        city = the_city(options["code"])
        target: Path = options["file"]
        with whole_file(target) as out:
            made = export.write(city, out)
        self.stdout.write(
            f"{city.name}: {made.rows} baris, {made.files} berkas → {target} "
            f"({target.stat().st_size / 1e6:.1f} MB)"
        )
