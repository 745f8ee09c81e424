"""Print the extension points of this installation and what is registered at each."""

from typing import Any

from django.core.management.base import BaseCommand

from kernel.registry import every


class Command(BaseCommand):
    help = "List every extension point with its entries, in the order in which they are asked."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for registry in every():
            self.stdout.write(f"{registry.name}: {registry.meaning}")
            for key in registry.names():
                self.stdout.write(f"    {key}")
