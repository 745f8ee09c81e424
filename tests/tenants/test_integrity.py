"""No city reaches outside itself; what points out is checked by command."""

import ast
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tenants.backend.scope import in_city, in_public
from tenants.registry import integrity
from tenants.registry.models import City
from tenants.schemas import integrity as engine

ROOT = Path(__file__).resolve().parents[2]


def found() -> list[tuple[str, str]]:
    return [(f.where, f.what) for f in integrity.check()]


def test_all_is_well(db: None) -> None:
    assert found() == []
    out = io.StringIO()
    call_command("check_cities", stdout=out)
    assert out.getvalue() == "Semua baik.\n"
    assert engine.no_constraint_to_public() == []


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_constraint_to_public_is_found(bontang: City) -> None:
    with in_city(bontang):
        run("ALTER TABLE office_unit ADD CONSTRAINT out FOREIGN KEY (parent_id)"
            " REFERENCES public.registry_city (id) NOT VALID")  # fmt: skip
    assert found() == [("c6474", "kunci asing out pada office_unit menunjuk ke skema public")]
    with pytest.raises(CommandError):
        call_command("check_cities", json=True, stdout=io.StringIO())


def test_a_trigger_is_found(bontang: City) -> None:
    with in_city(bontang):
        run("CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RETURN NEW; END'")  # fmt: skip
        run("CREATE TRIGGER t BEFORE INSERT ON office_unit EXECUTE FUNCTION public.f()")
    assert found() == [("c6474", "pemicu t pada office_unit")]


def test_registry_and_schemas_agree(bontang: City, blitar: City) -> None:
    run("CREATE SCHEMA c9901")
    run("DROP SCHEMA c3505 CASCADE")
    with in_public():
        bontang.domains.update(is_primary=False)
        City.objects.filter(pk=bontang.pk).update(data_key=b"broken")
    assert found() == [
        ("c9901", "skema tanpa kota"),
        ("c3505", "skemanya tidak ada"),
        ("c6474", "tidak punya alamat utama"),
        ("c6474", "kunci datanya tidak terbuka dengan BALAI_MASTER_KEY"),
    ]


def test_orphans_of_a_declared_relation_are_counted(bontang: City) -> None:
    """A relation to public declared without constraint, as a model would be."""
    from django.apps.registry import Apps
    from django.db import models

    class Link(models.Model):  # noqa: DJ008
        city = models.ForeignKey(City, models.DO_NOTHING, db_constraint=False, related_name="+")

        class Meta:
            app_label = "office"
            apps = Apps()

    with in_city(bontang):
        run("CREATE TABLE office_link (id bigint, city_id bigint)")
        run(f"INSERT INTO office_link VALUES (1, {bontang.pk}), (2, 999999), (3, NULL)")
    field = Link._meta.get_field("city")
    assert isinstance(field, models.ForeignKey)
    assert [f.what for f in engine._orphans(field, "c6474")] == [
        "1 baris office_link.city_id menunjuk baris yang tidak ada"
    ]


def test_nobody_enters_a_city_the_librarys_way() -> None:
    """``with city:`` keeps its memory on the class, shared by threads; ``in_city`` does not.

    Also refused: moving the connection by hand outside the two modules made for it.
    """
    wrong = []
    allowed = {"tenants/backend/base.py"}
    for top in ("platform", "tenants", "services", "billing"):
        for path in (ROOT / top).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.With | ast.AsyncWith):
                    for item in node.items:
                        entered = item.context_expr
                        bare = isinstance(entered, ast.Name | ast.Attribute)
                        if bare and ast.unparse(entered).split(".")[-1] in {"city", "tenant"}:
                            wrong.append(f"{name}:{node.lineno} with {ast.unparse(entered)}")
                if (
                    isinstance(node, ast.Attribute)
                    and node.attr in {"set_tenant", "set_schema", "set_schema_to_public",
                                      "activate", "deactivate"}
                    and name not in allowed
                    and ast.unparse(node.value) not in {"timezone", "translation"}
                ):  # fmt: skip
                    wrong.append(f"{name}:{node.lineno} {ast.unparse(node)}")
    assert wrong == []
