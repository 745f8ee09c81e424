"""Report what the database does not enforce by itself."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.registry import integrity


class Command(BaseCommand):
    help = "Check that no city reaches outside itself and that every city has what it needs."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = integrity.check()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(f) for f in findings], ensure_ascii=False))
        for finding in [] if options["json"] else findings:
            self.stdout.write(f"{finding.where}: {finding.what}")
        if findings:
            raise CommandError(f"{len(findings)} temuan.", returncode=1)
        if not options["json"]:
            self.stdout.write("Semua baik.")
