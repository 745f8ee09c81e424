"""Which migrations each of many schemas lacks, in groups that are alike."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from psycopg2 import sql

from tenants.backend.scope import in_public
from tenants.schemas.template import missing

Key = tuple[str, str]


Tick = Callable[[int, int], None]


Names = Mapping[str, str]  # schema → what people call it, in the order of work


@dataclass(frozen=True, slots=True)
class Failure:
    schema: str
    city: str
    migration: str
    reason: str


@dataclass(slots=True)
class Report:
    """What a run did; ``text`` for a person, ``as_dict`` for a machine."""

    cities: int = 0
    current: int = 0
    migrated: dict[str, int] = field(default_factory=dict)  # schema → migrations applied
    failed: list[Failure] = field(default_factory=list)
    not_tried: list[str] = field(default_factory=list)
    drifted: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def text(self) -> str:
        lines = [
            f"{self.cities} kota: {self.current} sudah mutakhir, {len(self.migrated)} "
            f"dimigrasikan, {len(self.failed)} gagal, {len(self.not_tried)} belum dicoba "
            f"({self.seconds:.1f} detik)."
        ]
        lines += [f"  GAGAL {f.city} ({f.schema}), {f.migration}: {f.reason}" for f in self.failed]
        if self.not_tried:
            lines.append(f"  Belum dicoba: {', '.join(self.not_tried[:20])}")
        lines += [f"  Menyimpang {schema}: {why}" for schema, why in self.drifted.items()]
        if self.failed or self.not_tried:
            lines.append("  Perbaiki sebabnya, lalu jalankan perintah yang sama sekali lagi.")
        return "\n".join(lines)


@dataclass(slots=True)
class Group:
    """Cities that stand at the same migrations, and what they lack, in order."""

    schemas: list[str]
    applied: frozenset[Key]
    lacking: list[Migration]


@dataclass(slots=True)
class Plan:
    groups: list[Group]
    current: list[str]
    broken: list[Failure]
    names: dict[str, str]  # schema → city

    def text(self) -> str:
        lines = [f"{len(self.current)} kota sudah mutakhir."]
        for group in self.groups:
            what = ", ".join(f"{m.app_label}.{m.name}" for m in group.lacking)
            some = ", ".join(group.schemas[:5]) + (" …" if len(group.schemas) > 5 else "")
            lines.append(f"{len(group.schemas)} kota ({some}): {what}")
        lines += [f"RUSAK {f.city} ({f.schema}): {f.reason}" for f in self.broken]
        return "\n".join(lines)


def applied_by_schema(schemas: list[str]) -> dict[str, frozenset[Key] | None]:
    """What each schema has applied, in one query; None where it has no such table."""
    found: dict[str, frozenset[Key] | None] = dict.fromkeys(schemas)
    with in_public(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE relname = 'django_migrations' AND relkind = 'r'"
        )
        present = {row[0] for row in cursor.fetchall()}
        wanted = [name for name in schemas if name in present]
        for start in range(0, len(wanted), 200):
            parts = [
                sql.SQL(
                    "SELECT {}, string_agg(app || '.' || name, ' ' ORDER BY id) FROM {}"
                ).format(sql.Literal(name), sql.Identifier(name, "django_migrations"))
                for name in wanted[start : start + 200]
            ]
            cursor.execute(sql.SQL(" UNION ALL ").join(parts))
            texts: dict[str, frozenset[Key]] = {}
            for name, text in cursor.fetchall():
                text = text or ""
                if text not in texts:
                    pairs = (word.partition(".") for word in text.split())
                    texts[text] = frozenset((app, migration) for app, _, migration in pairs)
                found[name] = texts[text]
    return found


def plan(names: Names, *, loader: MigrationLoader | None = None) -> Plan:
    """What would be done in these schemas."""
    loader = loader or MigrationLoader(None, ignore_no_migrations=True)
    groups: dict[frozenset[Key], Group] = {}
    current: list[str] = []
    broken: list[Failure] = []
    lacking: dict[frozenset[Key], list[Migration]] = {}
    for schema, applied in applied_by_schema(list(names)).items():
        if applied is None:
            broken.append(
                Failure(schema, names[schema], "-", "skema atau tabel migrasinya tidak ada")
            )
            continue
        if applied not in lacking:
            lacking[applied] = missing(loader, applied)
        if not lacking[applied]:
            current.append(schema)
        elif applied in groups:
            groups[applied].schemas.append(schema)
        else:
            groups[applied] = Group([schema], applied, lacking[applied])
    return Plan(list(groups.values()), current, broken, dict(names))
