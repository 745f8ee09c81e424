"""The standard of a service at each office, and what the Camat of each kecamatan decides."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from kernel.errors import RuleBroken
from services.catalogue import delegations, standards
from services.catalogue.delegated_words import limit_words, powers
from services.catalogue.models import Service, UnitStandard
from services.catalogue.queries import service
from services.questions.conditions import Condition
from services.queueing import arranging
from services.web.unit_standard import Standard, standards_at
from tenants.backend.scope import in_city
from tenants.office import queries as office
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.cases.conftest import admin as admin
from tests.cases.conftest import as_ as as_
from tests.cases.conftest import cast as cast
from tests.factories import MONDAY, Cast

As = Callable[[User], Client]
pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
DECREE = "Keputusan Wali Kota Nomor 188.45/12/2026"
EMPTY = {"texts": {}, "decree": "", "decree_on": None}


@pytest.fixture
def anyone(in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    return client_for(in_bontang)


def at(unit: Unit, slug: str = "reklame") -> Standard:
    entry = service(slug)
    assert entry.current is not None
    return standards_at(unit, [(entry, entry.current.blueprint)], TODAY)[0]


def texts(unit: Unit) -> dict[str, str]:
    return {item.key: item.text for item in at(unit).items}


def say(unit: Unit, by: User, service: Service | None = None, **said: str) -> None:
    standards.say(unit=unit, service=service, by=by, at=MONDAY, **{**EMPTY, "texts": said})


def delegate(by: User, *kecamatan: Unit, most: int = 10, until: date | None = None) -> None:
    delegations.note(
        service=service("reklame"), kecamatan=kecamatan, decree=DECREE, decree_on=TODAY,
        since=TODAY, until=until, by=by,
        limits=[Condition(field="luas", op="<=", value=most)],
    )  # fmt: skip


# --- standards ------------------------------------------------------------------------------------


def test_staff_are_those_who_hold_posts_and_a_waiting_room_is_named_where_one_is_open(
    cast: Cast, admin: User
) -> None:
    here = texts(cast.kecamatan)
    assert here["staff"] == f"2 orang memegang jabatan di {cast.kecamatan.name}"
    assert "Ruang tunggu" not in here["facilities"]
    other = Unit.objects.filter(kind="kecamatan").exclude(pk=cast.kecamatan.pk).first()
    assert other is not None
    assert not texts(other)["staff"], "nobody is in office there"
    posts = office.posts_of(cast.loket_kecamatan, TODAY)
    line = arranging.add_line(
        unit_id=cast.kecamatan.pk, name="Perizinan", prefix="A", services=[], opens=None,
        closes=None, capacity=None, posts=posts, by=cast.loket_kecamatan,
    )  # fmt: skip
    assert "Ruang tunggu dengan nomor antrean: Perizinan." in texts(cast.kecamatan)["facilities"]
    assert "Janji" not in texts(cast.kecamatan)["facilities"]
    arranging.add_slots(
        line_id=line.pk, weekdays=[0], opens=time(8), closes=time(9), minutes=30, capacity=1,
        posts=posts, by=cast.loket_kecamatan,
    )  # fmt: skip
    assert "Janji dibuat dari ponsel." in texts(cast.kecamatan)["facilities"]
    assert "Ruang tunggu" not in texts(other)["facilities"]


def test_what_an_office_says_of_a_service_comes_before_what_it_and_the_city_say(
    cast: Cast, admin: User, blitar: City
) -> None:
    assert not texts(cast.kecamatan)["supervision"]
    city = Unit.objects.get(kind="kota")
    say(city, admin, supervision="Inspektorat, setahun sekali.", competence="Terlatih.")
    assert texts(cast.kecamatan)["supervision"] == "Inspektorat, setahun sekali."
    say(cast.kecamatan, admin, supervision="Camat, setiap bulan.")
    assert texts(cast.kecamatan)["supervision"] == "Camat, setiap bulan."
    assert texts(cast.dinas)["supervision"] == "Inspektorat, setahun sekali."
    say(cast.kecamatan, admin, service("reklame"), supervision="Sekcam, setiap minggu.")
    assert texts(cast.kecamatan)["supervision"] == "Sekcam, setiap minggu."
    other = {item.key: item.text for item in at(cast.kecamatan, "imb-pbg-rekomendasi").items}
    assert other["supervision"] == "Camat, setiap bulan."
    assert other["competence"] == "Terlatih."
    with in_city(blitar):
        assert not UnitStandard.objects.exists()


def test_a_decree_has_number_and_day(cast: Cast, admin: User) -> None:
    for half in ({"decree": "188/1"}, {"decree_on": TODAY}):
        with pytest.raises(RuleBroken, match="nomor dan tanggal"):
            standards.say(
                unit=cast.kecamatan, service=None, by=admin, at=MONDAY, **{**EMPTY, **half}
            )


def test_a_resident_reads_and_prints_what_is_filled_in(
    cast: Cast, admin: User, anyone: Client, as_: As
) -> None:
    page = f"/layanan/reklame/standar/{cast.kecamatan.pk}/"
    text = anyone.get(page).content.decode()
    assert "Pengawasan internal" not in text
    assert "Jumlah pelaksana" in text
    standards.say(
        unit=cast.kecamatan, service=None, by=admin, at=MONDAY, decree="188.4/7/2026",
        decree_on=TODAY, texts={"supervision": "Inspektorat."},
    )  # fmt: skip
    with CaptureQueriesContext(connection) as seen:
        text = anyone.get(page).content.decode()
    assert "188.4/7/2026, 23 November 2026" in text
    assert "Inspektorat." in text
    assert len(seen) <= 14
    made = anyone.get(f"{page}cetak/")
    assert made["Content-Type"] == "application/pdf"
    assert made.content.startswith(b"%PDF-")
    assert page in as_(cast.sari).get("/layanan/reklame/").content.decode()
    assert page in anyone.get("/layanan/reklame/standar/").content.decode()
    for unit in (Unit.objects.get(kind="kota"), Unit.objects.filter(kind="rt").first()):
        assert unit is not None
        assert anyone.get(f"/layanan/reklame/standar/{unit.pk}/").status_code == 404
        assert anyone.get(f"/layanan/reklame/standar/{unit.pk}/cetak/").status_code == 404


def test_the_head_writes_for_the_own_office_alone_and_sees_what_is_missing(
    cast: Cast, admin: User, as_: As
) -> None:
    camat = as_(cast.camat)
    page = camat.get("/meja/standar/").content.decode()
    assert "dari 14 terisi" in page
    assert "Pengawasan internal" in page
    assert camat.post("/meja/standar/", {"supervision": "Camat."}).status_code == 302
    one = {"supervision": "Sekcam.", "decree": "1/2026"}
    refused = camat.post("/meja/standar/?service=reklame", one)
    assert refused.status_code == 422
    assert "Sekcam." in refused.content.decode()
    assert UnitStandard.objects.get().texts == {"supervision": "Camat."}
    assert camat.get(f"/meja/standar/{cast.dinas.pk}/").status_code == 404
    assert camat.post(f"/meja/standar/{cast.dinas.pk}/", one).status_code == 404
    assert as_(cast.loket_kecamatan).get("/meja/standar/").status_code == 404
    assert as_(cast.camat).get("/kelola/standar/").status_code in (302, 403, 404)
    browser = as_(admin)
    assert cast.kecamatan.name in browser.get("/kelola/standar/").content.decode()
    where = f"/kelola/standar/{cast.dinas.pk}/"
    assert browser.post(where, {"competence": "Sarjana."}).status_code == 302
    assert texts(cast.dinas)["competence"] == "Sarjana."


# --- who decides ----------------------------------------------------------------------------------


def test_residents_read_up_to_what_their_camat_decides_and_what_goes_on(
    cast: Cast, admin: User, as_: As, anyone: Client
) -> None:
    page = as_(cast.sari).get("/layanan/reklame/").content.decode()
    assert "selama daerah belum mencatat keputusan" in page
    delegate(admin, cast.kecamatan, until=TODAY + timedelta(days=3650))
    page = as_(cast.sari).get("/layanan/reklame/").content.decode()
    assert f"Di {cast.kecamatan.name}, Camat memutuskan sendiri bila:" in page
    assert "paling besar 10 m²" in page
    assert DECREE in page
    assert f"lalu {cast.dinas.name} memutuskan" in page
    other = Unit.objects.filter(kind="kecamatan").exclude(pk=cast.kecamatan.pk).first()
    assert other is not None
    for browser in (as_(cast.sari), anyone):
        page = browser.get(f"/layanan/reklame/?kecamatan={other.pk}").content.decode()
        assert f"Di {other.name} tidak ada bagian layanan ini yang dilimpahkan" in page
        assert DECREE not in page
    page = anyone.get("/layanan/reklame/").content.decode()
    assert 'name="kecamatan"' in page
    assert "memutuskan sendiri" not in page, "nobody said in which kecamatan yet"
    assert "Siapa yang memutuskan" not in anyone.get("/layanan/sktm/").content.decode()


def test_a_decree_that_has_ended_or_not_begun_is_not_shown(cast: Cast, admin: User) -> None:
    delegate(admin, until=TODAY + timedelta(days=5))
    entry = service("reklame")
    assert entry.current is not None
    blueprint = entry.current.blueprint
    # Before it begins what is usual holds, which names no decree.
    for days, decrees in ((-1, [""]), (0, [DECREE]), (6, [])):
        found = powers(entry, blueprint, cast.kecamatan.code, TODAY + timedelta(days=days))
        assert found is not None
        assert [one.decree for one in found.here] == decrees
        assert found.beyond == ["dpmptsp"]


def test_limits_are_written_as_people_read_them(cast: Cast) -> None:
    entry = service("reklame")
    assert entry.current is not None
    blueprint = entry.current.blueprint
    words = limit_words(blueprint, Condition(field="luas", op="<=", value="1250.5"))
    assert words.endswith("paling besar 1.250,5 m²")
    kinds = Condition(field="jenis", op="in", value=["spanduk", "papan_nama"])
    said = limit_words(blueprint, kinds)
    assert said == "Jenis reklame: Spanduk atau umbul-umbul, Papan nama usaha"
