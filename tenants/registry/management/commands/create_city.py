"""Make a city without a sign-up: for operators and demo installations."""

import time
from statistics import median
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import RuleBroken
from tenants.backend.scope import in_public
from tenants.registry import provisioning, queries, regions
from tenants.registry.models import City

SAMPLE = 20


class Command(BaseCommand):
    help = "Create a kabupaten or kota with its whole territory. Finishes one begun earlier."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", nargs="*", help="Kemendagri codes, for example 64.74")
        parser.add_argument("--subdomain", help="default: the usual one, like bontang")
        parser.add_argument("--demo", action="store_true", help="mark as a demo city")
        parser.add_argument("--all", action="store_true", help="every kabupaten and kota")
        parser.add_argument("--no-spare", action="store_true", help="do not take a spare schema")

    def handle(self, *args: Any, **options: Any) -> None:
        codes: list[str] = options["code"]
        if options["all"]:
            codes = [area.code for area in regions.all_regencies()]
        if not codes:
            raise CommandError("Sebutkan kode kabupaten atau kota, misalnya 64.74.")
        if options["subdomain"] and len(codes) > 1:
            raise CommandError("--subdomain hanya untuk satu kota.")
        took: list[float] = []
        for code in codes:
            started = time.perf_counter()
            area = regions.regency(code)
            if area is None:
                raise CommandError(f"Kode {code} tidak ada dalam daftar resmi.")
            with in_public():
                city = City.objects.filter(code=area.code).first()
            if city is None:
                name = options["subdomain"] or queries.suggest_subdomain(area)
                try:
                    city = provisioning.create(
                        area,
                        subdomain=name,
                        is_demo=options["demo"],
                        use_spare=not options["no_spare"],
                    )
                except RuleBroken as refused:
                    raise CommandError(refused.message) from refused
            city = provisioning.finish(city)
            took.append(time.perf_counter() - started)
            self.stdout.write(f"{city.name}: {city.url()}")
        if len(took) >= 2 * SAMPLE:  # does the hundredth city cost more than the first?
            first, last = median(took[:SAMPLE]), median(took[-SAMPLE:])
            self.stdout.write(
                f"{len(took)} kota dalam {sum(took):.0f} detik; median {SAMPLE} pertama "
                f"{first * 1000:.0f} ms, {SAMPLE} terakhir {last * 1000:.0f} ms "
                f"({last / first:.2f} kali)."
            )
