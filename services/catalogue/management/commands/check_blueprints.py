"""``./balai manage check_blueprints``: every shipped service, or what is wrong and where."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from services.catalogue import shipped


class Command(BaseCommand):
    help = "Memeriksa semua layanan bawaan."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = []
        count = 0
        for path in sorted(shipped.FOLDER.glob("*/*/service.toml")):
            try:
                shipped.load(path)
                count += 1
            except shipped.BrokenBlueprint as broken:
                wrong.append(str(broken))
        self.stdout.write(f"{count} layanan benar.")
        if wrong:
            raise CommandError("\n\n".join(wrong))
