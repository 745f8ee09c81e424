"""The data dictionary: what each table and column of a city means, and what is not exported.

Meanings stand in ``columns.toml`` beside each app's models; types, keys and references come from
the database itself, lists of values from the models. A table or column nobody described is not
exported (it might be a secret) and says so; a test keeps that from happening.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps

from tenants.ownership import columns
from tenants.schemas.compiler import Table

UNDECIDED = "Belum dijelaskan dalam kamus, jadi belum diekspor. Hubungi pengelola Balai."
COMPUTED = "Diturunkan dari NIK atau nomor KK dengan kunci kota; dihitung ulang saat dipulihkan."
TYPES = {
    "bigint": "bilangan bulat",
    "integer": "bilangan bulat",
    "smallint": "bilangan bulat",
    "boolean": "ya/tidak (true/false)",
    "date": "tanggal (TTTT-BB-HH)",
    "timestamp with time zone": "waktu (ISO 8601, UTC)",
    "text": "teks",
    "jsonb": "JSON",
    "bytea": "data biner (heksadesimal)",
    "inet": "alamat IP",
    "double precision": "bilangan pecahan",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One column: how it is stored, how it is exported."""

    column: str  # in the database
    name: str  # in the export; "" when it is not exported
    type: str
    meaning: str
    refers_to: str  # "office_unit.id"
    values: str  # "1 = Laki-laki; 2 = Perempuan"
    required: bool
    note: str  # why it is not exported, or what was done to it


@dataclass(frozen=True, slots=True)
class TableEntry:
    table: str
    meaning: str
    withheld: str  # why the whole table is not exported; "" when it is
    columns: tuple[Entry, ...]

    @property
    def exported(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.columns if entry.name)


@cache
def meanings() -> dict[str, dict[str, Any]]:
    """Every app's ``columns.toml``, by table."""
    found: dict[str, dict[str, Any]] = {}
    for config in apps.get_app_configs():
        path = Path(config.path) / "columns.toml"
        if path.is_file():
            found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return found


def describe(tables: list[Table]) -> list[TableEntry]:
    """The dictionary of these tables, as they stand in the database now."""
    models = {m._meta.db_table: m for m in apps.get_models(include_auto_created=True)}
    return [_table(table, models.get(table.name)) for table in sorted(tables, key=_by_name)]


def _by_name(table: Table) -> str:
    return table.name


def _table(table: Table, model: Any) -> TableEntry:
    known = meanings().get(table.name)
    withheld = UNDECIDED if known is None else str(known.get("withheld", ""))
    words = known or {}
    references = dict(_references(table))
    columns = tuple(
        _column(table.name, column, words.get("columns", {}), references, model, withheld)
        for column in table.columns
        if not column.generated
    )
    return TableEntry(table.name, str(words.get("meaning", "")), withheld, columns)


def _references(table: Table) -> Iterator[tuple[str, str]]:
    for _name, definition in table.foreign_keys:
        here, _, there = definition.partition(" REFERENCES ")
        column = here.removeprefix("FOREIGN KEY (").rstrip(")")
        target, _, rest = there.partition("(")
        yield column, f"{target}.{rest.split(')')[0]}"


def _column(
    table: str, column: Any, words: dict[str, Any], references: dict[str, str], model: Any,
    table_withheld: str,
) -> Entry:  # fmt: skip
    place = f"{table}.{column.name}"
    said = words.get(column.name)
    meaning, note, name = str(said or ""), "", column.name
    kind = TYPES.get(column.type, column.type.replace("character varying", "teks"))
    if table_withheld:
        name = ""
    elif said is None:
        name, note = "", UNDECIDED
    elif isinstance(said, dict):
        meaning, note, name = "", str(said["withheld"]), ""
    elif place in columns.SEALED:
        treasure = columns.SEALED[place]
        name, kind = treasure.as_, "JSON" if treasure.is_json else "teks"
        note = "Tersimpan tersegel dengan kunci kota; di sini terbuka."
    elif place in columns.COMPUTED:
        name, note = "", COMPUTED
    elif place in columns.PATHS:
        note = "Tanpa nama ruang data kota di depannya."
    return Entry(
        column=column.name,
        name=name,
        type=kind,
        meaning=meaning,
        refers_to=references.get(column.name, ""),
        values=_values(model, column.name),
        required=bool(column.not_null),
        note=note,
    )


def _values(model: Any, column: str) -> str:
    if model is None:
        return ""
    field = next((f for f in model._meta.local_concrete_fields if f.column == column), None)
    choices = getattr(field, "flatchoices", None) or []
    return "; ".join(f"{value} = {label}" for value, label in choices)
