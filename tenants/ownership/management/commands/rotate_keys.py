"""Exchange the master key, or cities' data keys, while the cities work."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.clock import now
from kernel.errors import RuleBroken
from tenants.ownership import rotation
from tenants.registry.keys import KeyLost
from tenants.registry.management.cities import the_city
from tenants.registry.models import City
from tenants.registry.queries import live_cities


class Command(BaseCommand):
    help = (
        "Mengganti kunci selagi kota bekerja. --master: membungkus ulang kunci semua kota dengan "
        "BALAI_MASTER_KEY yang baru (yang lama di BALAI_OLD_MASTER_KEYS). Dengan kode kota atau "
        "--all: memberi kunci data baru dan menyegel ulang semua nomornya. Bila terhenti, jalankan "
        "lagi: diteruskan."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("city", nargs="?", help="kode kota, misalnya 64.74")
        what.add_argument("--all", action="store_true", help="semua kota")
        what.add_argument("--master", action="store_true", help="kunci induk")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["master"]:
                changed = rotation.rewrap(at=now())
                self.stdout.write(f"Kunci {changed} kota dibungkus ulang dengan kunci induk baru.")
                return
            for city in live_cities() if options["all"] else [the_city(options["city"])]:
                self._rotate(city)
        except KeyLost as lost:
            raise CommandError(
                f"{lost}. Isi BALAI_OLD_MASTER_KEYS dengan kunci induk yang lama."
            ) from lost
        except RuleBroken as broken:
            raise CommandError(broken.message) from broken

    def _rotate(self, city: City) -> None:
        city = rotation.begin(city.pk, at=now())
        wait = rotation.seconds_to_wait(city, at=now())
        if wait:
            self.stdout.write(f"{city.name}: menunggu {wait:.0f} detik sampai semua proses tahu.")
            time.sleep(wait)
        total = 0
        while found := self._pass(city):
            total += found  # once more: what was written meanwhile by who knew only the old key
        rotation.end(city.pk, at=now())
        self.stdout.write(f"{city.name}: selesai, {total} baris disegel ulang.")

    def _pass(self, city: City) -> int:
        found = 0
        for table, changed in rotation.seal_anew(city):
            found += changed
            if found % 10_000 < changed:
                self.stdout.write(f"{city.name}: {found} baris, sekarang {table}.")
        return found
