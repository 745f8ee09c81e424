"""Data of a build before the migrations were written anew, which no migration leads on from."""

from django.db import connection

from kernel.errors import RuleBroken
from tenants.backend.scope import in_public

# The first migration since then; every app's first one has this name.
FIRST = ("registry", "0001_tables")


class OlderBuild(RuleBroken):
    """The database was made by a build whose tables this one cannot go on from."""


def refuse_older_build() -> None:
    """Look at what ``public`` has applied; nothing is changed or deleted.

    Raises OlderBuild.
    """
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(
            "SELECT count(*) FILTER (WHERE app = %s),"
            " count(*) FILTER (WHERE (app, name) = (%s, %s))"
            " FROM public.django_migrations",
            [FIRST[0], *FIRST],
        )
        of_registry, first = cursor.fetchone()
    if of_registry and not first:
        raise OlderBuild(
            "Data ini dibuat oleh Balai versi lama, dan versi ini tidak bisa melanjutkannya: "
            "versi ini adalah awal yang baru, dengan susunan tabel yang baru. "
            "Tidak ada data yang diubah atau dihapus."
        )
