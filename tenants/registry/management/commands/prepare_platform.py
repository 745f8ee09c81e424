"""Bring all tables to the present: public, the template, every city; fill the spares."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.registry import fleet
from tenants.schemas import prepared, template
from tenants.schemas.beginning import OlderBuild

OLDER_BUILD = 3  # the exit code by which a caller knows this reason


class Command(BaseCommand):
    help = (
        "Migrate the platform's own tables, the template schema and every city; fill the spares. "
        "Safe to repeat; quick when there is nothing to do."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            migrated = template.prepare(verbosity=max(0, options["verbosity"] - 1))
        except OlderBuild as older:
            raise CommandError(
                f"{older.message}\nPakai basis data yang kosong (DATABASE_URL), atau simpan dulu "
                "yang perlu dari yang lama, lalu kosongkan sendiri.",
                returncode=OLDER_BUILD,
            ) from None
        for schema in migrated:
            self.stdout.write(f"{schema}: dimigrasikan")
        report = fleet.migrate()
        if report.failed:
            raise CommandError(report.text())
        if migrated or report.migrated:
            self.stdout.write(report.text())
        prepared.fill()
