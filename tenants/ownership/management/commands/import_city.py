"""Make a city from the open copy it took along."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.ownership import importing
from tenants.ownership.archive import BadExport


class Command(BaseCommand):
    help = "Make a city from an open export (ZIP): wholly or not at all."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--code", default="", help="another code, for example 99.01")
        parser.add_argument("--subdomain", default="", help="another address")
        parser.add_argument("--trust", default="", help="fingerprint of the sealing installation")
        parser.add_argument("--verify", action="store_true", help="only check the file")
        parser.add_argument("--no-mail", action="store_true", help="invite no administrators")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["verify"]:
                manifest = importing.check(options["file"], trust=options["trust"])
                name, made_at = manifest["city"]["name"], manifest["made_at"]
                self.stdout.write(f"Utuh: {name}, dibuat {made_at}.")
                return
            city = importing.import_city(
                options["file"],
                code=options["code"],
                subdomain=options["subdomain"],
                trust=options["trust"],
                invite=not options["no_mail"],
            )
        except BadExport as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{city.name}: {city.url()}")
