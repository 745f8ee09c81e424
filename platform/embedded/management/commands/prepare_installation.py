"""Bring an installation to the present: tables, static files, demo cities. Safe to repeat."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate, prepare the template, collect static files, make the demo cities in demo mode."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate_schemas", shared=True, interactive=False, verbosity=1)
        call_command("collectstatic", interactive=False, verbosity=0)
