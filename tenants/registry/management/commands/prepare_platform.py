"""Bring all tables to the present: public, the template, every city; fill the spares."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.registry import fleet
from tenants.schemas import spares, template


class Command(BaseCommand):
    help = (
        "Migrate the platform's own tables, the template schema and every city; fill the spares. "
        "Safe to repeat; quick when there is nothing to do."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        migrated = template.prepare(verbosity=max(0, options["verbosity"] - 1))
        for schema in migrated:
            self.stdout.write(f"{schema}: dimigrasikan")
        report = fleet.migrate()
        if report.failed:
            raise CommandError(report.text())
        if migrated or report.migrated:
            self.stdout.write(report.text())
        spares.fill()
