"""``manage sync_plans``: products, prices, tax rate and portal in Stripe as plans.toml says."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing import catalogue, gateway


class Command(BaseCommand):
    help = "Samakan produk, harga, pajak, dan portal di Stripe dengan plans.toml. Aman diulang."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = catalogue.sync()
        except gateway.StripeTrouble as trouble:
            raise CommandError(trouble.message) from trouble
        for line in done:
            self.stdout.write(line)
        self.stdout.write("Stripe sama dengan plans.toml.")
