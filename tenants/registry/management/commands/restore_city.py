"""Bring one city back from its file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.registry import backup
from tenants.registry.keys import KeyLost
from tenants.schemas import archive


class Command(BaseCommand):
    help = "Restore a city from export_city's file: wholly or not at all, then migrated."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--schema", help="another schema name")
        parser.add_argument("--subdomain", help="another address")
        parser.add_argument("--detached", action="store_true", help="schema alone, no city")
        parser.add_argument("--verify", action="store_true", help="only check the file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["verify"]:
                manifest = archive.verify(options["file"])
                about = manifest.data["city"]
                self.stdout.write(f"Utuh: {about['name']}, dibuat {manifest.data['made_at']}.")
                return
            city = backup.restore_city(
                options["file"],
                schema=options["schema"],
                subdomain=options["subdomain"],
                detached=options["detached"],
            )
        except (archive.BadBackup, KeyLost) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{city.name}: {city.url()}" if city else "Skema sudah dipulihkan.")
