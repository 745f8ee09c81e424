"""Tiles of the mall: found, shown to whom they are of use, changed by the city."""

from collections.abc import Callable
from datetime import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pydantic import ValidationError

from accounts.models import User
from services.catalogue import queries as catalogue
from services.catalogue.shipped import shipped as services
from services.mall import actions, queries
from services.mall.models import Tile
from services.mall.shipped import shipped
from services.mall.spec import changed, https_address
from services.portal.mall_views import listed
from services.queueing import arranging
from services.queueing.models import QueueLine
from tenants.backend.scope import in_city
from tenants.office import queries as office
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import MONDAY, Cast

As = Callable[[User], Client]
pytestmark = pytest.mark.django_db
HOSPITAL, TAX = "rumah-sakit", "pajak-daerah"


def slugs(typed: str) -> list[str]:
    return [one.listed_as for one in catalogue.search(typed, listed("id", None)).services]


def line_at(unit: Unit, by: User, *, prefix: str = "P", with_times: bool = True) -> QueueLine:
    posts = office.posts_of(by, MONDAY.date())
    line = arranging.add_line(
        unit_id=unit.pk, name=f"Pendaftaran {prefix}", prefix=prefix, services=[], opens=None,
        closes=None, capacity=None, posts=posts, by=by,
    )  # fmt: skip
    if with_times:
        arranging.add_slots(
            line_id=line.pk, weekdays=range(5), opens=time(8), closes=time(11), minutes=30,
            capacity=4, posts=posts, by=by,
        )  # fmt: skip
    return line


def say(slug: str, by: User, line: QueueLine | None = None, **typed: object) -> None:
    actions.change(slug=slug, typed=typed, unit=None, line=line, by=by, at=MONDAY)


# --- what is shipped ------------------------------------------------------------------------------


def test_shipped_tiles_are_whole_and_say_everything_in_english() -> None:
    known = {service.slug for service in services()}
    for tile in shipped().values():
        assert tile.slug not in known
        assert set(tile.before) <= known
        assert tile.offered == bool(tile.address), "one without an address waits for the city"
        assert tile.en is not None
        for name in ("prepare", "steps"):
            assert len(getattr(tile.en, name)) == len(getattr(tile, name))
        assert bool(tile.en.number) == bool(tile.number)


def test_only_addresses_with_https_and_a_name_are_taken() -> None:
    assert https_address("https://oss.go.id/panduan?x=1") == "https://oss.go.id/panduan?x=1"
    for wrong in (
        "http://oss.go.id", "oss.go.id", "javascript:alert(1)", "https://localhost",
        "https://10.0.0.1", "https://a@oss.go.id", "https://oss.go.id:8443", "https://oss .go.id",
        'https://oss.go.id/"x', "https://[", "//oss.go.id",
    ):  # fmt: skip
        with pytest.raises(ValueError, match="https"):
            https_address(wrong)


def test_a_change_keeps_the_rest_of_a_shipped_tile_and_drops_english_that_says_otherwise() -> None:
    spec = shipped()["pbg-simbg"]
    moved = changed(spec, {"address": "https://simbg2.pu.go.id"})
    assert (moved.title, moved.host, moved.en) == (spec.title, "simbg2.pu.go.id", spec.en)
    assert changed(spec, {"title": "PBG kita"}).en is None
    with pytest.raises(ValidationError):
        changed(spec, {"address": "ftp://x.go.id"})


# --- what residents find --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("pbg", "@pbg-simbg"), ("saya mau urus izin usaha", "@nib-oss"), ("nib", "@nib-oss"),
        ("perpanjang izin usaha", "@izin-oss"), ("paspor", "@paspor"), ("slf", "@slf-simbg"),
        ("lapor", "@lapor"), ("bangun rumah", "imb-pbg-rekomendasi"),
        ("nikah", "pengantar-nikah-n1"),
    ],
)  # fmt: skip
def test_everyday_words_find_tiles_among_services(in_bontang: City, typed: str, first: str) -> None:
    assert slugs(typed)[0] == first


def test_where_a_tile_is_found_nothing_else_is_said_of_the_other_office(in_bontang: City) -> None:
    assert not catalogue.search("nib", listed("id", None)).elsewhere
    assert "OSS" in catalogue.search("nib", catalogue.offered()).elsewhere


def test_an_appointment_is_shown_once_its_line_has_times(cast: Cast, admin: User) -> None:
    assert not queries.one(HOSPITAL).is_shown
    actions.switch(slug=HOSPITAL, is_on=True, by=admin, at=MONDAY)
    assert HOSPITAL not in [one.slug for one in queries.offered()]
    line = line_at(cast.dinas, cast.petugas, with_times=False)
    say(HOSPITAL, admin, line)
    assert queries.one(HOSPITAL).missing == "antreannya belum punya jam janji"
    line_with = line_at(cast.dinas, cast.petugas, prefix="R")
    say(HOSPITAL, admin, line_with)
    assert slugs("rumah sakit")[0] == f"@{HOSPITAL}"
    assert any(one.listed_as == f"@{HOSPITAL}" for one in listed("id", cast.sari_person))
    QueueLine.objects.filter(pk=line_with.pk).update(closed_at=MONDAY)
    assert HOSPITAL not in [one.slug for one in queries.offered()]


def test_an_appointment_at_a_kelurahan_is_for_its_own_residents(
    cast: Cast, admin: User, as_: As
) -> None:
    actions.switch(slug=HOSPITAL, is_on=True, by=admin, at=MONDAY)
    say(HOSPITAL, admin, line_at(cast.village, cast.rina))
    assert HOSPITAL in [one.slug for one in queries.offered("id", cast.sari_person)]
    page = f"/mal/{HOSPITAL}/"
    assert "Pilih jam" in as_(cast.sari).get(page).content.decode()
    other = Unit.objects.get(pk=cast.lurah_lain.holdings.get().post.unit_id)
    cast.sari_person.place = f"{other.code}/001/001"
    cast.sari_person.save(update_fields=["place"])
    assert as_(cast.sari).get(page).status_code == 404


def test_a_link_says_where_it_leads_and_is_gone_when_switched_off(
    cast: Cast, admin: User, anyone: Client
) -> None:
    page = anyone.get("/mal/pbg-simbg/").content.decode()
    assert "menuju <b>simbg.pu.go.id</b>" in page
    assert 'href="https://simbg.pu.go.id" rel="noopener noreferrer"' in page
    assert "/layanan/imb-pbg-rekomendasi/" in page, "our own service that comes before"
    assert "/mal/pbg-simbg/" in anyone.get("/layanan/imb-pbg-rekomendasi/").content.decode()
    assert anyone.get(f"/mal/{TAX}/").status_code == 404, "nobody said where it is yet"
    actions.switch(slug="pbg-simbg", is_on=False, by=admin, at=MONDAY)
    assert anyone.get("/mal/pbg-simbg/").status_code == 404
    assert "@pbg-simbg" not in slugs("pbg")
    assert "/mal/pbg-simbg/" not in anyone.get("/layanan/imb-pbg-rekomendasi/").content.decode()


def test_a_tile_in_english_and_one_that_the_city_wrote(
    cast: Cast, admin: User, anyone: Client
) -> None:
    tile = queries.one("nib-oss", "en")
    assert (tile.title, tile.written_in) == ("Business number (NIB) in OSS", "en")
    say("nib-oss", admin, title="NIB untuk warga")
    tile = queries.one("nib-oss", "en")
    assert (tile.title, tile.written_in, tile.differs) == ("NIB untuk warga", "id", True)
    with translation.override("en"):
        assert "@nib-oss" in slugs("nib")


def test_the_mall_lists_every_office_and_costs_few_queries(cast: Cast, anyone: Client) -> None:
    page = anyone.get("/mal/").content.decode()
    for name in ("Kelurahan", "Kecamatan", cast.dinas.name, "Instansi pusat dan lainnya"):
        assert name in page
    for address, most in (("/mal/", 9), ("/mal/nib-oss/", 8), ("/", 8), ("/?q=pbg", 8)):
        anyone.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert anyone.get(address).status_code == 200
        assert len(seen) <= most, address


# --- administrators -------------------------------------------------------------------------------


def test_an_administrator_fills_in_an_address_and_makes_a_tile(
    cast: Cast, admin: User, as_: As, anyone: Client, blitar: City
) -> None:
    browser = as_(admin)
    words = shipped()[TAX].model_dump()
    typed = {
        **{name: words[name] for name in ("title", "summary", "category", "purpose")},
        "responsible": words["responsible"], "number": words["number"], "unit": "",
        "prepare": "\n".join(words["prepare"]), "steps": "\n".join(words["steps"]),
        "synonyms": "\n".join(words["synonyms"]), "address": "http://pajak.contoh.go.id",
    }  # fmt: skip
    refused = browser.post(f"/kelola/mal/{TAX}/", typed)
    assert refused.status_code == 422
    assert "dimulai dengan https://" in refused.content.decode()
    typed["address"] = "https://pajak.contoh.go.id"
    assert browser.post(f"/kelola/mal/{TAX}/", typed).status_code == 302
    assert Tile.objects.get(slug=TAX).words == {"address": "https://pajak.contoh.go.id"}
    browser.post("/kelola/mal/", {"tile": TAX, "on": "ya"})
    assert "pajak.contoh.go.id" in anyone.get(f"/mal/{TAX}/").content.decode()
    with in_city(blitar):
        assert not queries.one(TAX).is_shown, "another city says nothing of it"
    own = {**typed, "title": "Cek Sertifikat Tanah", "synonyms": "sertifikat"}
    made = browser.post("/kelola/mal/baru/?kind=link", own)
    assert made.status_code == 302, made.content.decode()
    assert "@cek-sertifikat-tanah" in slugs("cek sertifikat")
    assert browser.post("/kelola/mal/baru/?kind=link", own).status_code == 422, "the name is taken"
    browser.post("/kelola/mal/cek-sertifikat-tanah/hapus/")
    assert "@cek-sertifikat-tanah" not in slugs("cek sertifikat")


def test_only_administrators_change_the_mall(cast: Cast, as_: As) -> None:
    for user in (cast.camat, cast.sari):
        browser = as_(user)
        for address in ("/kelola/mal/", "/kelola/mal/nib-oss/", "/kelola/mal/baru/"):
            assert browser.get(address).status_code in (302, 403, 404)
            browser.post(address, {"tile": "nib-oss", "on": "tidak"})
    assert not Tile.objects.exists()
