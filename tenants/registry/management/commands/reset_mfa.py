"""Take a lost phone's second step away, when no other operator is there to do it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import mfa
from accounts.models import User
from kernel.errors import RuleBroken
from tenants.backend.scope import in_city, in_public
from tenants.registry.management.cities import the_city


class Command(BaseCommand):
    help = "Melepas verifikasi dua langkah seorang operator (atau, dengan --city, petugas kota)."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--city", help="kode kota, misalnya 64.74, untuk petugas kota itu")
        parser.add_argument("--by", required=True, help="nama Anda, dicatat")
        parser.add_argument("--reason", required=True, help="alasannya, dicatat")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["city"]:
            with in_public():
                self._reset(options)
            return
        city = the_city(options["city"])
        with in_city(city):
            self._reset(options)

    def _reset(self, options: dict[str, Any]) -> None:
        user = User.objects.filter(login=options["email"]).first()
        if user is None:
            raise CommandError(f"Tidak ada akun {options['email']} di sini.")
        try:
            mfa.reset(user.pk, reason=options["reason"], by=None, by_name=options["by"])
        except RuleBroken as broken:
            raise CommandError(broken.message) from broken
        self.stdout.write(f"Perangkat {user.name} dilepas; ia memasang yang baru saat masuk.")
