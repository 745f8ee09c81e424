"""Sealed columns and paths of files: rotation of keys, export and restore know each of them."""

from django.apps import apps
from django.db import models

from tenants.ownership import columns
from tenants.ownership.dictionary import meanings

SEALS = ("_sealed", "_print", "_locked")
HANDLED = (columns.SEALED, columns.COMPUTED, columns.REWRITTEN)
ADDRESSES = ("offline_sentact.path",)  # of pages, not of files


def _unknown() -> list[str]:
    found = []
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        said = meanings().get(table)
        if said is None or "withheld" in said:
            continue
        for field in model._meta.local_concrete_fields:
            place = f"{table}.{field.column}"
            if isinstance(said["columns"].get(field.column), dict):  # withheld, with the reason
                continue
            is_seal = isinstance(field, models.BinaryField) and field.name.endswith(SEALS)
            if is_seal and not any(place in registry for registry in HANDLED):
                found.append(place)
            is_path = isinstance(field, models.CharField) and field.name in ("path", "file")
            if is_path and place not in columns.PATHS and place not in ADDRESSES:
                found.append(place)
    return found


def test_each_sealed_column_and_each_path_is_registered_or_withheld() -> None:
    assert _unknown() == []
