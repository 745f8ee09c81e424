"""Delete one city for good."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.registry import deletion
from tenants.registry.management.cities import the_city


class Command(BaseCommand):
    help = "Delete a city with all its data. Export it first; only a tombstone stays."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", nargs="?", help="for example 64.74")
        parser.add_argument("--name", help="the city's full name, to be sure it is this one")
        parser.add_argument("--reason", default="")
        parser.add_argument("--by", default="", help="who decided it")
        parser.add_argument("--resume", action="store_true", help="finish interrupted deletions")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["resume"]:
            self.stdout.write(f"{deletion.finish_all()} penghapusan diselesaikan.")
            return
        city = the_city(options["code"])
        if options["name"] != city.name:
            raise CommandError(f'Ulangi dengan --name "{city.name}" bila memang kota ini.')
        if not options["reason"] or not options["by"]:
            raise CommandError("Sebutkan --reason dan --by.")
        deletion.delete_city(city, reason=options["reason"], by=options["by"])
        self.stdout.write(f"{city.name} sudah dihapus.")
