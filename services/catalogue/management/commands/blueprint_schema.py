"""``./balai manage blueprint_schema``: the format as JSON Schema, for editors and other systems."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from services.catalogue.blueprint import Blueprint


class Command(BaseCommand):
    help = "Menulis skema JSON dari format layanan."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **Blueprint.model_json_schema(),
        }
        self.stdout.write(json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True))
