"""Every message that makes, migrates, restores or deletes a city is one that Citus accepts.

Judged by what a Citus 13 of three nodes refused with schema-based sharding. With ``CITUS_URL`` the
same is done on a real one (``tests/tenants/test_citus_server.py``).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, migrations, models, transaction
from django.db.models import Q
from psycopg2 import extensions

from tenants.backend.base import DatabaseWrapper
from tenants.backend.citus import commands_of
from tenants.backend.cursor import CityCursor
from tenants.backend.scope import in_city, in_schema
from tenants.registry import backup, deletion, fleet, provisioning, regions
from tenants.registry.models import City
from tenants.schemas import template
from tests.schemas import dump, migration, on_disk, rows_differ

DEFINES = re.compile(r"\s*(CREATE|ALTER|DROP|COMMENT|TRUNCATE)\b", re.IGNORECASE)


def _without_texts(message: str) -> str:
    """The message with its literals and quoted names emptied, so that ``;`` separates commands."""
    return re.sub(r"'(?:[^']|'')*'", "''", re.sub(r'"(?:[^"]|"")*"', '"n"', message))


def refused(message: str) -> str | None:
    """Why Citus refuses a message that concerns a city's schema; None when it does not."""
    bare = _without_texts(message)
    commands = [one for one in bare.split(";") if one.strip()]
    defining = [one for one in commands if DEFINES.match(one)]
    if defining and len(commands) > 1:
        return "several commands in one message, one of which defines something"
    if re.search(r"\bsetval\s*\(", bare, re.IGNORECASE) and re.search(r"\bFROM\b", bare):
        return "setval from a query"
    for one in defining:
        head = one.strip().upper()
        if head.startswith("CREATE TRIGGER"):
            return "a trigger"
        if not head.startswith("ALTER TABLE"):
            continue
        if len(re.findall(r"\bADD CONSTRAINT\b", head)) > 1:
            return "several constraints in one ALTER"
        if "FOREIGN KEY" in head and re.search(r"\b(ADD|ALTER|DROP) COLUMN\b", head):
            return "a foreign key together with another change"
        if "ADD COLUMN" in head and re.search(r"\b(CHECK|UNIQUE|REFERENCES|PRIMARY)\b", head):
            return "a column that brings a constraint along"
        if re.search(r"\bADD (CHECK|UNIQUE|FOREIGN|PRIMARY)\b", head):
            return "a constraint without a name"
    return None


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("SET LOCAL search_path=x; ALTER TABLE a ADD COLUMN b int", "several commands"),
        ("ALTER TABLE a ADD CONSTRAINT x CHECK (b), ADD CONSTRAINT y CHECK (c)", "several const"),
        ("ALTER TABLE a ADD COLUMN b int CHECK (b > 0)", "brings a constraint"),
        ("ALTER TABLE a ADD COLUMN b int UNIQUE", "brings a constraint"),
        ("ALTER TABLE a ADD COLUMN b int CONSTRAINT f REFERENCES c (id)", "brings a constraint"),
        ("ALTER TABLE a ADD UNIQUE (b)", "without a name"),
        ("SELECT setval('s', max(id)) FROM a", "setval"),
        ("CREATE TRIGGER t BEFORE INSERT ON a EXECUTE FUNCTION f()", "trigger"),
        ("SET CONSTRAINTS f IMMEDIATE; ALTER TABLE a DROP CONSTRAINT f", "several commands"),
    ],
)
def test_what_citus_refuses_is_recognised(message: str, reason: str) -> None:
    assert reason in (refused(message) or "")


@pytest.mark.parametrize(
    "message",
    [
        "SET LOCAL search_path=x; SELECT 1",
        "INSERT INTO a (b) VALUES ('x; ALTER TABLE')",
        "ALTER TABLE a ADD CONSTRAINT x FOREIGN KEY (b) REFERENCES c (id)",
        "ALTER TABLE a ALTER COLUMN b TYPE text, ALTER COLUMN c SET NOT NULL",
        "CREATE TABLE a (b int CONSTRAINT x UNIQUE, CHECK (b > 0))",
        "SELECT setval('s', 7)",
        'ALTER TABLE "CHECK" ADD COLUMN "UNIQUE" int',
    ],
)
def test_what_citus_accepts_is_let_through(message: str) -> None:
    assert refused(message) is None


def test_texts_of_two_commands_are_taken_apart() -> None:
    assert commands_of("SET CONSTRAINTS f IMMEDIATE; ALTER TABLE a DROP CONSTRAINT f") == [
        "SET CONSTRAINTS f IMMEDIATE",
        "ALTER TABLE a DROP CONSTRAINT f",
    ]
    assert commands_of("UPDATE a SET b = %s; SET CONSTRAINTS ALL IMMEDIATE") == [
        "UPDATE a SET b = %s",
        "SET CONSTRAINTS ALL IMMEDIATE",
    ]
    assert commands_of("INSERT INTO a VALUES ('x; y')") == ["INSERT INTO a VALUES ('x; y')"]


# --- what is sent -------------------------------------------------------------------------------


@pytest.fixture
def sent(committed: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every message of this test's connection, in Citus' way."""
    found: list[str] = []

    class Heard(extensions.cursor):
        def execute(self, query: Any, vars: Any = None) -> None:
            text = query if vars is None else self.mogrify(query, vars)
            found.append(text.decode() if isinstance(text, bytes) else str(text))
            super().execute(query, vars)

    class HeardCity(CityCursor, Heard):
        pass

    real = DatabaseWrapper.get_connection_params
    monkeypatch.setattr(
        DatabaseWrapper,
        "get_connection_params",
        lambda self: {**real(self), "cursor_factory": HeardCity},
    )
    settings.CITUS = True
    connection.close()
    yield found
    monkeypatch.undo()
    connection.close()


def wrong(messages: list[str]) -> list[tuple[str, str]]:
    return [(why, message[:200]) for message in messages if (why := refused(message))]


def samarinda() -> City:
    area = regions.regency("64.72")
    assert area is not None
    return provisioning.finish(provisioning.create(area, subdomain="samarinda", use_spare=False))


def test_a_new_city(sent: list[str]) -> None:
    samarinda()
    made = [m for m in sent if m.startswith(("CREATE TABLE", "ALTER TABLE"))]
    assert len(made) > 50
    assert wrong(sent) == []
    assert dump("c6472") == dump("c6474")


def test_a_new_city_of_a_postgresql_would_be_refused(sent: list[str], settings: Any) -> None:
    settings.CITUS = False
    samarinda()
    assert wrong(sent)


def test_the_template_stays_on_the_coordinator(sent: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA template CASCADE")
    sent.clear()
    template.prepare()
    made = next(n for n, m in enumerate(sent) if m.startswith("CREATE SCHEMA"))
    assert sent[made - 1].endswith("SET LOCAL citus.enable_schema_based_sharding = off")
    assert wrong(sent) == []


def test_every_shipped_migration(sent: list[str]) -> None:
    """All migrations of a city's tables, one after the other, as Django sends them there."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA c9901")
    sent.clear()
    template.migrate_schema("c9901")
    assert len([m for m in sent if m.startswith("CREATE TABLE")]) > 30
    assert wrong(sent) == []
    assert dump("c9901") == dump("c6474")
    assert rows_differ("c9901", "c6474") == []


ADDED = [
    migrations.AddField("unit", "rank", models.PositiveIntegerField(default=1)),
    migrations.AddField("unit", "mark", models.CharField(max_length=9, null=True, unique=True)),
    migrations.AddField(
        "unit",
        "nearest",
        models.ForeignKey("office.unit", models.SET_NULL, null=True, related_name="+"),
    ),
    migrations.AddConstraint(
        "unit", models.CheckConstraint(condition=Q(rank__gte=0), name="rank_fits")
    ),
    migrations.AlterField("unit", "rank", models.PositiveBigIntegerField(null=True)),
    migrations.RemoveField("unit", "nearest"),
]


def test_a_later_migration_is_replayed_command_by_command(
    sent: list[str], bontang: City, blitar: City
) -> None:
    with on_disk(migration("office", "9001_more", ADDED)):
        template.prepare()
        sent.clear()
        report = fleet.migrate()
        assert set(report.migrated) >= {"c6474", "c3505"} and not report.failed
        assert [m for m in sent if 'ADD COLUMN "mark"' in m]
        assert wrong(sent) == []
        assert dump("c6474") == dump("c3505") == dump("template")


def test_a_migration_that_citus_refuses_is_found(sent: list[str], bontang: City) -> None:
    two = "ALTER TABLE office_unit ADD CONSTRAINT a CHECK (id > 0), ADD CONSTRAINT b CHECK (id > 1)"
    with on_disk(migration("office", "9001_more", [migrations.RunSQL(two)])):
        template.prepare()
        fleet.migrate()
    assert {why for why, _ in wrong(sent)} == {"several constraints in one ALTER"}


def test_a_backup_is_restored_on_both_kinds_of_server(
    sent: list[str], bontang: City, tmp_path: Path, settings: Any
) -> None:
    settings.CITUS = False
    path = tmp_path / "kota.tar.gz"
    with path.open("wb") as out:
        backup.export_city(bontang, out)
    for citus in (True, False):
        settings.CITUS = citus
        sent.clear()
        backup.restore_city(path, schema="c6474_copy", detached=True)
        assert citus is False or wrong(sent) == []
        assert dump("c6474_copy") == dump("c6474")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA c6474_copy CASCADE")


def test_a_city_is_deleted(sent: list[str], bontang: City) -> None:
    deletion.delete_city(bontang, reason="uji", by="uji")
    assert [m for m in sent if m.startswith("DROP SCHEMA")]
    assert wrong(sent) == []


def test_ordinary_work_goes_as_before(sent: list[str], bontang: City) -> None:
    from tenants.office.models import Unit

    with in_city(bontang):
        sent.clear()
        assert Unit.objects.exists()
    assert len(sent) == 1 and sent[0].startswith("SET LOCAL search_path=")


def test_a_failed_command_leaves_no_transaction_open(sent: list[str], bontang: City) -> None:
    from django.db import ProgrammingError

    with in_schema("c6474"):
        with pytest.raises(ProgrammingError), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE there_is_none ADD COLUMN a int")
        assert sent[-1] == "ROLLBACK"
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE is_there (a int)")
            cursor.execute("DROP TABLE is_there")
    assert sent[-1] == "COMMIT"
