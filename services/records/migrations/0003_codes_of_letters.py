"""Rows of the archive whose code was the name of a book that holds letters of many codes."""

from django.db import migrations
from django.db.models import Q


def forget_names_of_books(apps, schema_editor):
    items = apps.get_model("records", "ArchiveItem").objects
    no_code = Q(code="keluar") | Q(code="agenda") | Q(code="vouch") | Q(code__startswith="jenis:")
    items.filter(no_code, Q(kind="letter") | Q(kind="case")).update(code="")


class Migration(migrations.Migration):

    dependencies = [
        ("records", "0002_archive"),
        ("letters", "0007_codes_and_words"),
    ]

    operations = [
        migrations.RunPython(forget_names_of_books, migrations.RunPython.noop),
    ]
