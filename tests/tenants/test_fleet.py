"""Migrating every city: equal to Django's own result, stopped by nobody's fault."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models, transaction

from tenants.backend.scope import in_city, in_public
from tenants.office.models import Unit
from tenants.registry import fleet, provisioning, regions
from tenants.registry.models import City
from tenants.schemas import recording, template
from tests.schemas import dump, migration, on_disk

pytestmark = pytest.mark.usefixtures("committed")

ADD_FIELD = migrations.AddField("unit", "motto", models.CharField(max_length=50, default="Maju"))
NEW_TABLE = migrations.CreateModel(
    "Visit",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("unit", models.ForeignKey("office.Unit", models.PROTECT)),
        ("at", models.DateTimeField(db_index=True)),
    ],
    options={"constraints": [models.UniqueConstraint(fields=["unit", "at"], name="visit_once")]},
)


@pytest.fixture
def samarinda() -> City:
    area = regions.regency("64.72")
    assert area is not None
    return provisioning.create(area, subdomain="samarinda", use_spare=False)


def columns(schema: str, table: str = "office_unit") -> set[str]:
    with in_public(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = %s",
            [schema, table],
        )
        return {row[0] for row in cursor.fetchall()}


def test_replayed_equals_migrated_by_django(samarinda: City) -> None:
    """The template by Django, the pilot by Django, the others by replay, one founded after."""
    steps = [
        migration("office", "9001_motto", [ADD_FIELD]),
        migration("office", "9002_visit", [NEW_TABLE]),
        migration(
            "office",
            "9003_more",
            [
                migrations.AlterField("unit", "motto", models.TextField(default="Maju")),
                migrations.RenameField("unit", "motto", "semboyan"),
                migrations.RemoveConstraint("visit", "visit_once"),
                migrations.AddIndex("visit", models.Index(fields=["unit"], name="visit_unit")),
                migrations.RenameModel("Visit", "Call"),
                migrations.RunSQL("UPDATE office_unit SET semboyan = 'a%b' || semboyan"),
            ],
        ),
    ]
    with on_disk(*steps):
        assert template.prepare() == ["public", "template"]
        report = fleet.migrate()
        assert not report.failed
        assert report.migrated == {"c3505": 3, "c6472": 3, "c6474": 3}
        late = regions.regency("64.71")
        assert late is not None
        provisioning.create(late, subdomain="balikpapan", use_spare=False)
        wanted = dump("template")
        assert any("office_call" in line for line in wanted)
        for schema in ("c3505", "c6472", "c6474", "c6471"):
            assert dump(schema) == wanted, schema
            assert template.is_current(schema)
        assert fleet.migrate().migrated == {}
        assert fleet.drift() == {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT semboyan FROM c6474.office_unit")
            assert cursor.fetchall() == [("a%bMaju",)]
            cursor.execute("SELECT count(*) FROM c6474.django_content_type WHERE model = 'call'")
            assert cursor.fetchone() == (1,)
        # What stock tools see agrees.
        call_command("migrate_schemas", check_unapplied=True, interactive=False, verbosity=0)


def test_python_and_callable_defaults_run_in_each_city(samarinda: City) -> None:
    def fill(apps: object, editor: object) -> None:
        unit = apps.get_model("office", "Unit")  # type: ignore[attr-defined]
        top = unit.objects.filter(kind="kota").first()
        if top:
            unit.objects.update(phone=top.code)

    secret = migrations.AddField(
        "profile", "secret", models.CharField(max_length=40, default=_secret)
    )
    with on_disk(
        migration("office", "9001_fill", [migrations.RunPython(fill, migrations.RunPython.noop)]),
        migration("office", "9002_secret", [secret]),
        migration("office", "9003_motto", [ADD_FIELD]),
    ):
        template.prepare()
        assert not fleet.migrate().failed
    with connection.cursor() as cursor:
        for city in City.objects.all():
            if city.schema_name == "c6472":
                continue  # has no units yet
            cursor.execute(f"SELECT DISTINCT phone FROM {city.schema_name}.office_unit")
            assert cursor.fetchall() == [(city.code,)]
        cursor.execute(
            "SELECT secret FROM c6474.office_profile UNION SELECT secret FROM c3505.office_profile"
        )
        assert len(cursor.fetchall()) == 2
    assert "motto" in columns("c6472")


def _secret() -> str:
    import secrets

    return secrets.token_hex(8)


def test_not_atomic_goes_city_by_city(samarinda: City) -> None:
    from django.contrib.postgres.operations import AddIndexConcurrently

    index = AddIndexConcurrently("unit", models.Index(fields=["phone"], name="unit_phone"))
    with on_disk(migration("office", "9001_idx", [index], atomic=False)):
        template.prepare()
        assert not fleet.migrate().failed
        assert dump("c6474") == dump("c6472") == dump("template")
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT schemaname FROM pg_indexes WHERE indexname = 'unit_phone'")
        assert len(cursor.fetchall()) == 4


def break_city(city: City) -> None:
    """A city with a table in the way of the next migration."""
    with in_city(city), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE office_visit (id int)")


def test_a_failure_stops_alone_and_is_named(samarinda: City, blitar: City) -> None:
    break_city(samarinda)
    with on_disk(
        migration("office", "9001_motto", [ADD_FIELD]),
        migration("office", "9002_visit", [NEW_TABLE]),
    ):
        template.prepare()
        out = io.StringIO()
        with pytest.raises(CommandError):
            call_command("migrate_cities", json=True, stdout=out)
        report = json.loads(out.getvalue())
        assert [f["city"] for f in report["failed"]] == ["Kota Samarinda"]
        assert report["failed"][0]["migration"] == "office.9002_visit"
        assert "office_visit" in report["failed"][0]["reason"]
        assert report["migrated"] == {"c3505": 2, "c6474": 2, "c6472": 1}
        # The step before stays, the failed one left nothing; mended, it goes on from there.
        assert "motto" in columns("c6472")
        with in_city(samarinda), connection.cursor() as cursor:
            cursor.execute("DROP TABLE office_visit")
        out = io.StringIO()
        call_command("migrate_cities", stdout=out)
        assert "1 dimigrasikan, 0 gagal" in out.getvalue()
        assert dump("c6472") == dump("template")


def test_a_broken_pilot_is_followed_by_another(bontang: City) -> None:
    """The first city of a group fails; the next one becomes the pilot."""
    break_city(City.objects.get(schema_name="c3505"))
    with on_disk(migration("office", "9001_visit", [NEW_TABLE])):
        template.prepare()
        report = fleet.migrate()
    assert [f.schema for f in report.failed] == ["c3505"]
    assert report.migrated == {"c6474": 1}


def test_a_failing_canary_spares_all_others(samarinda: City) -> None:
    break_city(samarinda)
    with on_disk(migration("office", "9001_visit", [NEW_TABLE])):
        template.prepare()
        report = fleet.migrate(canaries=["64.72"])
        assert [f.schema for f in report.failed] == ["c6472"]
        assert report.migrated == {}
        assert set(report.not_tried) == {"c3505", "c6474"}
        assert "Belum dicoba" in report.text()


def test_stops_after_enough_failures(samarinda: City, blitar: City) -> None:
    for city in (samarinda, blitar):
        break_city(city)
    with on_disk(migration("office", "9001_visit", [NEW_TABLE])):
        template.prepare()
        report = fleet.migrate(stop_after=1)
        assert len(report.failed) == 1
        assert len(report.not_tried) == 2


def test_two_connections_at_once(samarinda: City) -> None:
    for code in ("64.71", "64.01", "64.02", "64.03"):
        area = regions.regency(code)
        assert area is not None
        provisioning.create(area, subdomain=f"kota{code[3:]}x", use_spare=False)
    with on_disk(migration("office", "9001_visit", [NEW_TABLE])):
        template.prepare()
        report = fleet.migrate(parallel=2)
        assert not report.failed
        assert len(report.migrated) == 7
        assert {tuple(dump(s)) for s in report.migrated} == {tuple(dump("template"))}


def test_a_city_without_its_schema_is_named(samarinda: City) -> None:
    with in_public(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA c6472 CASCADE")
    with on_disk(migration("office", "9001_motto", [ADD_FIELD])):
        template.prepare()
        report = fleet.migrate()
    assert [(f.schema, f.reason) for f in report.failed] == [
        ("c6472", "skema atau tabel migrasinya tidak ada")
    ]
    assert set(report.migrated) == {"c3505", "c6474"}


def test_a_locked_table_fails_its_city_alone(
    samarinda: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.worker import locked

    monkeypatch.setattr(recording, "LOCK_TIMEOUT", "200ms")
    with on_disk(migration("office", "9001_motto", [ADD_FIELD])):
        template.prepare()
        with locked("c6472.office_unit", "ACCESS SHARE"):
            report = fleet.migrate()
        assert [f.schema for f in report.failed] == ["c6472"]
        assert "lock timeout" in report.failed[0].reason
        assert not fleet.migrate().failed


def test_drift_is_reported(samarinda: City) -> None:
    assert fleet.drift() == {}
    with in_city(samarinda), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE office_unit ADD COLUMN sneaked int")
    assert set(fleet.drift()) == {"c6472"}
    with pytest.raises(SystemExit):
        call_command("migrate_cities", drift=True, stdout=io.StringIO())


def test_plan_and_check_change_nothing(samarinda: City) -> None:
    call_command("migrate_cities", check=True, stdout=io.StringIO())
    with on_disk(migration("office", "9001_motto", [ADD_FIELD])):
        out = io.StringIO()
        call_command("migrate_cities", plan=True, stdout=out)
        assert "3 kota" in out.getvalue() and "office.9001_motto" in out.getvalue()
        with pytest.raises(SystemExit):
            call_command("migrate_cities", check=True, stdout=io.StringIO())
    assert "motto" not in columns("c6474")


def test_only_some_cities(samarinda: City) -> None:
    with on_disk(migration("office", "9001_motto", [ADD_FIELD])):
        template.prepare()
        assert fleet.migrate(only=["64.72"]).migrated == {"c6472": 1}


def test_stock_command_still_works(samarinda: City) -> None:
    with on_disk(migration("office", "9001_motto", [ADD_FIELD])):
        call_command("migrate_schemas", interactive=False, verbosity=0)
        assert fleet.plan().groups == []
        assert "motto" in columns("c6472")
        assert fleet.drift() == {}


def test_everything_in_one_command(samarinda: City) -> None:
    with on_disk(migration("office", "9001_motto", [ADD_FIELD])):
        out = io.StringIO()
        call_command("prepare_platform", stdout=out)
        assert "3 dimigrasikan" in out.getvalue()
    with in_city(samarinda), transaction.atomic():
        assert not Unit.objects.exists()
