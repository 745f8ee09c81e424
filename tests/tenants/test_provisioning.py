"""A compiled city is the same as a migrated one, and stays so."""

import threading

import pytest
from django.db import connection, connections, transaction

from kernel.errors import RuleBroken, Stale
from tenants.backend.scope import in_city, in_public, in_schema
from tenants.office.models import Post, Profile, Unit
from tenants.registry import provisioning, regions
from tenants.registry.models import City, Domain
from tenants.schemas import compiler, prepared
from tenants.schemas.models import Spare
from tests.schemas import dump, rows_differ


def area(code: str = "64.72") -> regions.Regency:
    found = regions.regency(code)
    assert found is not None
    return found


def exists(schema: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s)", [schema])
        return cursor.fetchone() != (None,)


def test_a_spare_is_equal_to_a_city_from_the_template(committed: None) -> None:
    """Made from the template, and claimed as a spare: no line differs from another city. That one
    migrated by Django is equal too, ``test_citus`` tells of every shipped migration."""
    provisioning.create(area("64.72"), subdomain="samarinda", use_spare=False)
    prepared.fill(wanted=1)
    provisioning.create(area("64.71"), subdomain="balikpapan")
    assert not Spare.objects.exists()
    wanted = dump("c6474")
    assert len(wanted) > 500
    assert dump("c6472") == wanted
    assert dump("c6471") == wanted
    assert rows_differ("c6474", "c6472", "c6471") == []


def test_new_rows_get_new_numbers(committed: None) -> None:
    """Sequences go on after the seed rows."""
    city = provisioning.create(area(), subdomain="samarinda", use_spare=False)
    with in_city(city), connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM django_content_type")
        last = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO django_content_type (app_label, model) VALUES ('x', 'y') RETURNING id"
        )
        assert cursor.fetchone()[0] == last + 1


def test_complete_territory_and_posts(db: None) -> None:
    city = provisioning.finish(provisioning.create(area(), subdomain="samarinda"))
    assert city.status == "trial"
    with in_city(city):
        assert Unit.objects.get(code="64.72").name == "Kota Samarinda"
        below = Unit.objects.get(code="64.72.01.1001")
        assert below.parent and below.parent.code == "64.72.01"
        assert below.name.startswith("Kelurahan ")
        titles = set(below.posts.values_list("role", flat=True))
        assert titles == {"lurah", "sekretaris", "kasi", "loket"}
        assert Post.objects.get(unit__code="64.72", role="admin")
        assert Post.objects.filter(unit__code="64.72/dpmptsp").count() == 2
        assert Profile.objects.get().government == "Pemerintah Kota Samarinda"
    again = provisioning.finish(city)
    assert again.done_stages == city.done_stages


def test_seeders_may_run_twice(db: None) -> None:
    city = provisioning.finish(provisioning.create(area(), subdomain="samarinda"))
    with in_city(city):
        before = (Unit.objects.count(), Post.objects.count())
    City.objects.filter(pk=city.pk).update(done_stages=[])
    provisioning.finish(city)
    with in_city(city):
        assert (Unit.objects.count(), Post.objects.count()) == before


def test_largest_kabupaten(db: None) -> None:
    city = provisioning.finish(provisioning.create(area("11.08"), subdomain="acehutara"))
    with in_city(city):
        assert Unit.objects.filter(kind="desa").count() == 852


def test_papua_has_distrik(db: None) -> None:
    city = provisioning.finish(provisioning.create(area("91.71"), subdomain="jayapura"))
    with in_city(city):
        head = Post.objects.filter(role="camat").order_by("unit__code")[0]
        assert head.unit.name.startswith("Distrik ")
        assert head.title.startswith("Kepala Distrik ")


def test_twice_is_refused_and_nothing_is_left(db: None) -> None:
    with pytest.raises(Stale, match="Kota Bontang sudah terdaftar"):
        provisioning.create(area("64.74"), subdomain="bontangbaru")
    with pytest.raises(Stale) as taken:
        provisioning.create(area(), subdomain="bontang")
    assert taken.value.field == "subdomain"
    assert not exists("c6472")
    assert not City.objects.filter(code="64.72").exists()


@pytest.mark.parametrize("name", ["", "ab", "www", 'a"; DROP SCHEMA public; --', "A", "a b"])
def test_impossible_subdomains(db: None, name: str) -> None:
    with pytest.raises(RuleBroken):
        provisioning.create(area(), subdomain=name)
    assert not exists("c6472")


def test_two_at_the_same_instant(committed: None) -> None:
    start = threading.Barrier(4)
    outcomes: list[str] = []

    def make(number: int) -> None:
        start.wait()
        try:
            provisioning.create(area(), subdomain=f"samarinda{number}")
            outcomes.append("made")
        except Stale as told:
            outcomes.append(told.message)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=make, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["Kota Samarinda sudah terdaftar."] * 3 + ["made"]
    assert Domain.objects.filter(domain__startswith="samarinda").count() == 1


def test_crash_between_claim_and_commit(committed: None) -> None:
    prepared.fill(wanted=1)
    spare = Spare.objects.get()
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        provisioning.create(area(), subdomain="samarinda")
        assert exists("c6472") and not exists(spare.schema_name)
        raise KeyboardInterrupt
    assert exists(spare.schema_name) and not exists("c6472")
    assert Spare.objects.get() == spare
    provisioning.create(area(), subdomain="samarinda")
    assert not Spare.objects.exists()


def test_an_outdated_spare_is_not_taken(committed: None) -> None:
    prepared.fill(wanted=1)
    old = Spare.objects.get()
    Spare.objects.update(fingerprint="an earlier release")
    provisioning.create(area(), subdomain="samarinda")
    assert Spare.objects.get() == old
    assert prepared.fill(wanted=2) == 2
    assert not exists(old.schema_name)
    assert prepared.fill(wanted=2) == 0


def test_two_claim_at_once_and_get_two(committed: None) -> None:
    prepared.fill(wanted=2)
    start = threading.Barrier(2)

    def make(code: str, name: str) -> None:
        start.wait()
        provisioning.create(area(code), subdomain=name)
        connections.close_all()

    threads = [
        threading.Thread(target=make, args=args)
        for args in (("64.72", "samarinda"), ("64.71", "balikpapan"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert City.objects.filter(code__in=["64.72", "64.71"]).count() == 2
    assert not Spare.objects.exists()


def test_what_cannot_be_compiled_is_refused(committed: None) -> None:
    for make, name in (
        ("CREATE VIEW seen AS SELECT 1", "relation seen"),
        ("CREATE TYPE mood AS ENUM ('a')", "type mood"),
        ("ALTER TABLE office_unit SET (fillfactor = 70)", "relation office_unit"),
        ("CREATE SEQUENCE loose", "sequence loose"),
    ):
        with transaction.atomic():
            with in_schema(compiler.TEMPLATE), connection.cursor() as cursor:
                cursor.execute(make)
            with pytest.raises(compiler.Unsupported, match=name):
                compiler.read(compiler.TEMPLATE, "x")
            transaction.set_rollback(True)
    with transaction.atomic():
        with in_schema(compiler.TEMPLATE), connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE office_unit ADD CONSTRAINT out FOREIGN KEY (id)"
                " REFERENCES public.registry_city (id)"
            )
        with pytest.raises(compiler.Unsupported, match="out of the city"):
            compiler.read(compiler.TEMPLATE, "x")
        transaction.set_rollback(True)


def test_without_a_template_it_says_so(committed: None) -> None:
    with in_public(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA template CASCADE")
    with pytest.raises(compiler.NoTemplate, match="prepare_platform"):
        provisioning.create(area(), subdomain="samarinda", use_spare=False)
    assert not City.objects.filter(code="64.72").exists()
