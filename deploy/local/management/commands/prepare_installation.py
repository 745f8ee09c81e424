"""Bring a local installation to the present: tables, static files, demo cities; repeatable."""

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from deploy.local import demo
from tenants.backend.scope import in_public
from tenants.registry import provisioning, regions
from tenants.registry.models import City
from tenants.schemas import prepared

STANDIN_PATIENCE = 20  # half seconds
# Kota Bontang for the whole story; Kabupaten Blitar to show that cities do not meet.
DEMO_CITIES = {"64.74": "bontang", "35.05": "blitarkab"}


class Command(BaseCommand):
    help = "Migrate, prepare the template, collect static files, make the demo cities in demo mode."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("prepare_platform", verbosity=options["verbosity"], stdout=self.stdout)
        call_command("collectstatic", interactive=False, verbosity=0)
        if settings.DEMO:
            self._demo()
        if settings.STRIPE_STANDIN:
            self.offer_plans()
        prepared.fill()
        with in_public():
            shown = list(City.objects.filter(is_demo=True)) if settings.DEMO else []
        for city in shown:
            self.stdout.write(f"@ {city.name} = {city.url()}")

    def offer_plans(self) -> None:
        """Plans into the stand-in for Stripe, as an operator's `sync_plans` does in earnest."""
        away = ""
        for _ in range(STANDIN_PATIENCE):
            try:
                call_command("sync_plans", stdout=self.stdout)
            except CommandError as error:
                away = str(error)  # it starts at the same time as we
                time.sleep(0.5)
            else:
                return
        self.stdout.write(f"Paket belum ada di Stripe tiruan: {away}")

    def _demo(self) -> None:
        for code, subdomain in DEMO_CITIES.items():
            area = regions.regency(code)
            assert area is not None
            with in_public():
                city = City.objects.filter(code=code).first()
            if city is None:
                self.stdout.write(f"Membuat {area.name} …")
                city = provisioning.create(area, subdomain=subdomain, is_demo=True)
            if city.is_demo:
                demo.make(provisioning.finish(city))
        demo.make_operator()
