"""Exchanging keys while cities work.

The master key: each city's data key is wrapped anew; nothing in the cities changes.

A city's data key, in three steps that may be interrupted and begun again:

1. ``begin``: the city gets a new key and keeps the one before. From now on what is written is
   sealed with the new one; both open, and numbers are looked up by both fingerprints.
2. ``seal_anew``: once every process knows both keys, row after row is sealed and fingerprinted
   with the new one, a batch a transaction.
3. ``end``: when no row needs the key before, it is dropped. What only it opens is unreadable then:
   that is the purpose.

Which columns are sealed is what ``columns`` knows for the open export.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from audit import actions as audit
from kernel.errors import RuleBroken
from tenants.backend.scope import in_city, in_public
from tenants.ownership import columns
from tenants.registry import hosts, keys, queries
from tenants.registry.models import City
from tenants.schemas.compiler import ident

BATCH = 500  # rows a transaction


def rewrap(*, at: datetime) -> int:
    """Wrap the data keys of all cities with the master key in force; how many were not. Raises
    KeyLost for one that no known master key opens."""
    changed = 0
    with in_public():
        for pk in City.objects.order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                city = City.objects.select_for_update().get(pk=pk)
                fields = [name for name in ("data_key", "previous_key") if _is_old(city, name)]
                for name in fields:
                    key = keys.unwrap(bytes(getattr(city, name)), code=city.code)
                    setattr(city, name, keys.wrap(key, code=city.code))
                if fields:
                    city.save(update_fields=fields)
                    audit.record("keys.rewrapped", actor=None, subject="city", subject_id=city.code)
                    changed += 1
    hosts.announce()
    return changed


def _is_old(city: City, name: str) -> bool:
    stored = bytes(getattr(city, name) or b"")
    return bool(stored) and not keys.is_current(stored, code=city.code)


def begin(city_id: int, *, at: datetime) -> City:
    """Give a city a new data key; one that is being exchanged goes on with the one it has. Raises
    RuleBroken while something is under way that holds sealed numbers elsewhere."""
    with in_public():
        _refuse_held(City.objects.get(pk=city_id))
    with in_public(), transaction.atomic():
        city: City = City.objects.select_for_update().get(pk=city_id)
        if city.previous_key is not None:
            return city
        city.previous_key = city.data_key
        city.data_key = keys.wrap(secrets.token_bytes(32), code=city.code)
        city.key_changed_at = at
        city.save(update_fields=["previous_key", "data_key", "key_changed_at"])
        audit.record("keys.changing", actor=None, subject="city", subject_id=city.code)
        hosts.announce()
    queries.forget(city.schema_name)
    return city


def _refuse_held(city: City) -> None:
    with in_city(city):
        for why in columns.HOLDS:
            if said := why():
                raise RuleBroken(f"{city.name}: {said}")


def seconds_to_wait(city: City, *, at: datetime) -> float:
    """How long until every process has read this city's keys anew."""
    assert city.key_changed_at is not None
    known_for = max(hosts.SECONDS, queries.SECONDS)
    return max(0.0, known_for - (at - city.key_changed_at).total_seconds())


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A table with sealed columns, and the columns made from what they hold."""

    table: str
    key: str  # its primary key
    sealed: dict[str, columns.Sealed]  # by column
    computed: dict[str, Any]


def _tables() -> list[_Sealed]:
    by_table: dict[str, dict[str, columns.Sealed]] = {}
    for place, treasure in columns.SEALED.items():
        table, column = place.split(".")
        by_table.setdefault(table, {})[column] = treasure
    models: dict[str, type[Model]] = {m._meta.db_table: m for m in apps.get_models()}
    found = []
    for table in sorted(by_table):
        pk = models[table]._meta.pk
        computed = {
            place.split(".")[1]: make
            for place, make in columns.COMPUTED.items()
            if place.startswith(f"{table}.")
        }
        assert pk.column is not None
        found.append(_Sealed(table, pk.column, by_table[table], computed))
    return found


def seal_anew(city: City) -> Iterator[tuple[str, int]]:
    """Seal with the new key what is sealed with the one before; yields (table, rows sealed anew)
    after each batch.

    Raises RuleBroken as ``begin`` does, and when a value opens with neither key: then nothing of
    its batch is written.
    """
    _refuse_held(city)
    for table in _tables():
        last = 0
        while True:
            with in_city(city), transaction.atomic():
                last, count, changed = _batch(table, last)
            if changed:
                yield table.table, changed
            if count < BATCH:
                break
    with in_city(city), transaction.atomic():
        for run in columns.RESEALED:
            run()


def _batch(table: _Sealed, after: int) -> tuple[int, int, int]:
    """One batch: (last key, rows read, rows changed)."""
    listed = ", ".join(ident(name) for name in (table.key, *table.sealed))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {listed} FROM {ident(table.table)} WHERE {ident(table.key)} > %s"  # noqa: S608
            f" ORDER BY {ident(table.key)} LIMIT {BATCH} FOR NO KEY UPDATE",
            [after],
        )
        rows = cursor.fetchall()
        changed = []
        for key, *cells in rows:
            raw = (bytes(cell or b"") for cell in cells)
            held = dict(zip(table.sealed, raw, strict=True))
            if all(not cell or columns.is_current.value(cell) for cell in held.values()):
                continue
            changed.append([key, *_anew(table, key, held)])
        if changed:
            _write(cursor, table, changed)
    return (rows[-1][0] if rows else after), len(rows), len(changed)


def _anew(table: _Sealed, key: int, held: dict[str, bytes]) -> list[bytes | None]:
    """The sealed and the computed columns of one row, with the new key."""
    clear: dict[str, Any] = {}
    found: list[bytes | None] = []
    for name, treasure in table.sealed.items():
        if not held[name]:
            clear[treasure.as_] = None
            found.append(None)
            continue
        try:
            text = treasure.open(held[name])
        except InvalidTag as lost:
            raise RuleBroken(
                f"{table.table}.{name} baris {key} tidak terbuka dengan kunci mana pun. Pulihkan "
                "baris itu dari cadangan, lalu ulangi."
            ) from lost
        clear[treasure.as_] = json.loads(text) if treasure.is_json else text
        found.append(treasure.seal(text))
    return found + [make(clear) for make in table.computed.values()]


def _write(cursor: Any, table: _Sealed, changed: list[list[Any]]) -> None:
    names = [*table.sealed, *table.computed]
    columns_ = list(zip(*changed, strict=True))
    given = ", ".join(["%s::bigint[]", *("%s::bytea[]" for _ in names)])
    listed = ", ".join(ident(name) for name in ("key", *names))
    # An empty value may be NULL or '': what is not sealed stays as it is.
    sets = ", ".join(f"{ident(n)} = coalesce(v.{ident(n)}, t.{ident(n)})" for n in names)
    cursor.execute(
        f"UPDATE {ident(table.table)} t SET {sets}"  # noqa: S608 - names from the catalog
        f" FROM unnest({given}) AS v({listed}) WHERE t.{ident(table.key)} = v.key",
        [list(column) for column in columns_],
    )


def end(city_id: int, *, at: datetime) -> None:
    """Drop the key before. Call when ``seal_anew`` found nothing any more."""
    with in_public(), transaction.atomic():
        city = City.objects.select_for_update().get(pk=city_id)
        city.previous_key, city.key_changed_at = None, at
        city.save(update_fields=["previous_key", "key_changed_at"])
        audit.record("keys.changed", actor=None, subject="city", subject_id=city.code)
        hosts.announce()
    queries.forget(city.schema_name)
