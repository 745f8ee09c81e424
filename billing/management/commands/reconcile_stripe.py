"""``manage reconcile_stripe``: compare Stripe with our rows, as every night."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing import gateway, reconcile
from kernel.clock import now


class Command(BaseCommand):
    help = "Bandingkan langganan dan tagihan di Stripe dengan catatan Balai, lalu samakan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only-report", action="store_true", help="jangan ubah apa pun")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = reconcile.reconcile(now(), repair=not options["only_report"])
        except gateway.StripeTrouble as trouble:
            raise CommandError(trouble.message) from trouble
        for row in found.differences:
            what = f"{row['object']} {row['field']}".strip()
            self.stdout.write(f"{what}: Balai {row['ours']}, Stripe {row['theirs']}")
        self.stdout.write(
            f"{found.subscriptions} langganan, {found.invoices} tagihan, "
            f"{len(found.differences)} beda."
        )
