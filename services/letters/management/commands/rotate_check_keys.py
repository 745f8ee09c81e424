"""Let a new key sign the records in QR codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kernel.clock import now
from services.letters import check_keys
from tenants.backend.scope import in_city
from tenants.registry.management.cities import the_city
from tenants.registry.queries import live_cities


class Command(BaseCommand):
    help = (
        "Mengganti kunci yang menandatangani catatan dalam kode QR surat sebuah kota. Kunci yang "
        "lama tetap diumumkan, jadi surat yang memakainya tetap dapat dicek."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("city", nargs="?", help="kode kota, misalnya 64.74")
        what.add_argument("--all", action="store_true", help="semua kota")

    def handle(self, *args: Any, **options: Any) -> None:
        for city in live_cities() if options["all"] else [the_city(options["city"])]:
            with in_city(city):
                key = check_keys.rotate(now())
            self.stdout.write(f"{city.name}: kunci baru {key.kid}.")
