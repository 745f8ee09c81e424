"""Empty schemas made in advance: a new city takes one by renaming it, in under a millisecond."""

import secrets

from django.conf import settings
from django.db import connection, transaction

from tenants.backend.scope import in_public
from tenants.schemas import compiler
from tenants.schemas.create import create_schema
from tenants.schemas.models import Spare


def claim(schema_name: str) -> bool:
    """Turn a spare into this schema, in the running transaction; False when none is at hand.

    A crash before the commit undoes the rename with everything else. A spare made before the
    last migration is not taken.
    """
    fingerprint = compiler.applied_fingerprint()
    spare = (
        Spare.objects.select_for_update(skip_locked=True)
        .filter(fingerprint=fingerprint)
        .order_by("pk")
        .first()
    )
    if spare is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER SCHEMA {compiler.ident(spare.schema_name)}"
            f" RENAME TO {compiler.ident(schema_name)}"
        )
    spare.delete()
    return True


def fill(*, wanted: int | None = None) -> int:
    """Make spares until ``wanted`` (default: the setting) are ready; how many were made.

    One schema per transaction. Outdated spares are dropped first.
    """
    wanted = settings.SPARE_SCHEMAS if wanted is None else wanted
    made = 0
    with in_public():
        drop_outdated()
        fingerprint = compiler.applied_fingerprint()
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                # One filler at a time; others wait here and then find enough.
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('balai.spares'))")
                if Spare.objects.filter(fingerprint=fingerprint).count() >= wanted:
                    return made
                name = f"spare_{secrets.token_hex(6)}"
                create_schema(name)
                Spare.objects.create(schema_name=name, fingerprint=fingerprint)
            made += 1


def drop_outdated() -> int:
    """Drop the spares of an earlier migration state, one schema per transaction; how many."""
    dropped = 0
    fingerprint = compiler.applied_fingerprint()
    for pk in list(Spare.objects.exclude(fingerprint=fingerprint).values_list("pk", flat=True)):
        with transaction.atomic(), connection.cursor() as cursor:
            spare = Spare.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if spare is None:
                continue
            cursor.execute(f"DROP SCHEMA IF EXISTS {compiler.ident(spare.schema_name)} CASCADE")
            spare.delete()
            dropped += 1
    return dropped
