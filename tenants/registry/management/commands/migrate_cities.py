"""Migrate the fleet."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.registry import fleet


class Command(BaseCommand):
    help = "Migrate every city: planned once, replayed as SQL. Safe to repeat and to resume."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("city", nargs="*", help="codes or schemas; default: every city")
        parser.add_argument("--plan", action="store_true", help="show what would be done")
        parser.add_argument("--check", action="store_true", help="exit 1 when a city lacks one")
        parser.add_argument("--drift", action="store_true", help="compare the tables themselves")
        parser.add_argument("--canary", action="append", default=[], help="code; goes first")
        parser.add_argument(
            "--parallel", type=int, default=fleet.PARALLEL, help="connections at once"
        )
        parser.add_argument("--stop-after", type=int, default=5, help="failures")
        parser.add_argument("--json", action="store_true", help="the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        only = options["city"] or None
        if options["drift"]:
            wrong = fleet.drift(only=only)
            self._say({"drifted": wrong}, options["json"], _drift_text(wrong))
            if wrong:
                sys.exit(1)
            return
        if options["plan"] or options["check"]:
            plan = fleet.plan(only=only)
            groups = [
                {"cities": g.schemas, "migrations": [f"{m.app_label}.{m.name}" for m in g.lacking]}
                for g in plan.groups
            ]
            broken = [{"schema": f.schema, "reason": f.reason} for f in plan.broken]
            self._say({"groups": groups, "broken": broken}, options["json"], plan.text())
            if options["check"] and (groups or broken):
                sys.exit(1)
            return
        bar = self.stderr.isatty() and not options["json"]

        def tick(done: int, total: int) -> None:
            if bar:
                filled = 40 * done // total
                self.stderr.write(
                    f"\r[{'█' * filled}{'·' * (40 - filled)}] {done}/{total}",
                    ending="\n" if done == total else "",
                )

        report = fleet.migrate(
            only=only,
            canaries=options["canary"],
            parallel=options["parallel"],
            stop_after=options["stop_after"],
            tick=tick,
        )
        self._say(report.as_dict(), options["json"], report.text())
        if report.failed or report.not_tried:
            raise CommandError(f"{len(report.failed)} kota gagal dimigrasikan.", returncode=1)

    def _say(self, data: dict[str, Any], as_json: bool, text: str) -> None:
        self.stdout.write(json.dumps(data, ensure_ascii=False) if as_json else text)


def _drift_text(wrong: dict[str, str]) -> str:
    if not wrong:
        return "Semua kota sama dengan templat."
    return "\n".join(f"{schema}: {why}" for schema, why in wrong.items())
