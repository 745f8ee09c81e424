"""``./balai manage render_letters --city bontang OUT.pdf``: every letter, to leaf through."""

import io
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from pypdf import PdfReader, PdfWriter

from kernel.clock import now
from services.applications.preview import letter
from services.catalogue.shipped import shipped
from services.letters.render import RenderFailed
from tenants.backend.scope import in_city, in_public
from tenants.registry.models import City


class Command(BaseCommand):
    help = "Menulis semua surat dari semua layanan bawaan, dengan data contoh, ke satu PDF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path)
        parser.add_argument("--city", default="", help="subdomain; kota pertama bila kosong")
        parser.add_argument("--only", default="", help="slug satu layanan")

    def handle(self, *args: Any, **options: Any) -> None:
        with in_public():
            cities = City.objects.order_by("pk")
            wanted = options["city"]
            city = (cities.filter(subdomain=wanted) if wanted else cities).first()
        if city is None:
            raise CommandError("Belum ada kota. Jalankan ./balai up dulu.")
        book, count, failed = PdfWriter(), 0, []
        with in_city(city):
            for blueprint in shipped():
                if options["only"] not in ("", blueprint.slug):
                    continue
                for output in blueprint.outputs:
                    try:
                        pdf = letter(blueprint, output, at=now())
                    except RenderFailed as wrong:
                        failed.append(f"{blueprint.slug}/{output.key}: {wrong}")
                        continue
                    first = len(book.pages)
                    book.append(PdfReader(io.BytesIO(pdf)), import_outline=False)
                    book.add_outline_item(
                        title=f"{blueprint.title}: {output.subject}", page_number=first
                    )
                    count += 1
        book.write(options["out"])
        self.stdout.write(f"{count} surat, {len(book.pages)} halaman: {options['out']}")
        if failed:
            raise CommandError("\n".join(failed))
