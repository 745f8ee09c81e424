"""Deleting a city: its key first, then out of sight, its schema and files after, one schema a
transaction."""

import logging

from django.core.files.storage import default_storage
from django.db import connection, transaction

from kernel.clock import now
from tenants.backend.scope import in_public
from tenants.registry.models import City, Signup, Tombstone
from tenants.schemas import compiler

log = logging.getLogger(__name__)

COPIES = "salinan"  # folder of the open copies cities took (tenants.ownership), one below it each


def destroy_key(city_id: int) -> None:
    """Overwrite a city's data key, in a transaction that commits before anything else goes: from
    then on no NIK, answer or letter's words sealed with it can be read by anybody. What is left
    are the database's own backups, until they age out."""
    with in_public(), transaction.atomic():
        City.objects.select_for_update().get(pk=city_id)
        City.objects.filter(pk=city_id).update(data_key=b"")


def delete_city(city: City, *, reason: str, by: str) -> Tombstone:
    """Take a city away for good. What stays is a tombstone: code, name, when, why, by whom.

    The data key goes first. In one transaction the city stops answering and its schema gets
    another name; then the schema is dropped and the files are deleted. A crash in between is
    finished by ``finish``.
    """
    destroy_key(city.pk)
    with in_public(), transaction.atomic():
        city = City.objects.select_for_update().get(pk=city.pk)
        stone = Tombstone.objects.create(
            code=city.code,
            name=city.name,
            schema_name=city.schema_name,
            reason=reason,
            deleted_by=by,
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [city.schema_name])
            if cursor.fetchone()[0]:
                cursor.execute(
                    f"ALTER SCHEMA {compiler.ident(city.schema_name)}"
                    f" RENAME TO {compiler.ident(_dead(stone))}"
                )
        Signup.objects.filter(code=city.code).delete()  # names and addresses of officials
        city.delete()
    finish(stone)
    return stone


def _dead(stone: Tombstone) -> str:
    return f"dead_{stone.pk}"


def finish(stone: Tombstone) -> None:
    """Drop the schema, then the files; safe to repeat."""
    with in_public():
        if stone.schema_dropped_at is None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"DROP SCHEMA IF EXISTS {compiler.ident(_dead(stone))} CASCADE")
                stone.schema_dropped_at = now()
                stone.save(update_fields=["schema_dropped_at"])
        if stone.files_deleted_at is None:
            _delete_folder(stone.schema_name)
            _delete_folder(f"{COPIES}/{stone.schema_name}")
            stone.files_deleted_at = now()
            stone.save(update_fields=["files_deleted_at"])


def _delete_folder(folder: str) -> None:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    for name in folders:
        _delete_folder(f"{folder}/{name}")
    default_storage.delete(folder)


def finish_all() -> int:
    """Finish what a crash interrupted; how many."""
    with in_public():
        begun = list(Tombstone.objects.filter(files_deleted_at__isnull=True))
    for stone in begun:
        finish(stone)
    return len(begun)


def is_being_deleted(schema_name: str) -> bool:
    """Whether files of an earlier city of this name are still being deleted."""
    return Tombstone.objects.filter(schema_name=schema_name, files_deleted_at__isnull=True).exists()
