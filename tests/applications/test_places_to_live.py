"""Neighbourhoods as they are: no RT at all, a jorong instead, two dusun with the same RT."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from deploy.local.synthetic import Families, Place
from services.applications.models import Application
from services.cases import queries as desks
from services.cases.models import Step
from services.cases.route import today_of
from services.letters.actions import make_ready, render
from services.letters.models import Letter
from services.residents.models import Household, Person
from services.residents.places import ensure_rts, place_code
from services.residents.queries import facts_of
from tenants.office.models import Post, Unit
from tenants.office.queries import posts_of
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, make_cast, official, photo, step_of, submitted

ROW = Families(seed=11).family(Place("64.74.01.1002", 1, 1))[0]


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


def _live_at(person: Person, code: str) -> None:
    unit = ensure_rts({code}).get(code) or Unit.objects.get(code=code)
    Household.objects.filter(pk=person.household_id).update(rt=unit)
    person.refresh_from_db()


def test_a_village_without_rt_is_served_from_the_register_to_the_letter(
    cast: Cast, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    """Every step through the pages, as people do it."""
    village = Unit.objects.filter(kind="kelurahan").order_by("code")[3]
    loket, lurah = official("loket-x", village, "loket"), official("lurah-x", village, "lurah")
    admin = official("admin-x", Unit.objects.get(kind="kota"), "admin")

    def as_(user: User) -> Client:
        client = client_for(in_bontang)
        client.force_login(user, "accounts.backends.LoginBackend")
        return client

    row = {**ROW, "kelurahan": village.code, "rt": "-", "rw": "-", "dusun": ""}
    table = ";".join(row) + "\n" + ";".join(row.values())
    file = SimpleUploadedFile("penduduk.csv", table.encode(), "text/csv")
    taken = as_(admin).post("/kelola/penduduk/", {"berkas": file})
    assert taken.status_code == 302, taken.content.decode()
    assert not Unit.objects.filter(code__startswith=f"{village.code}/").exists()

    visitor = client_for(in_bontang)
    opened = visitor.post(
        "/daftar/",
        {"nik": row["nik"], "kk_number": row["no_kk"], "password": "kata-sandi-panjang-1",
         "birth_date": row["tanggal_lahir"], "email": "", "phone": ""},
    )  # fmt: skip
    assert opened.status_code == 302, opened.content.decode()
    fill = visitor.post("/ajukan/sktm/").headers["Location"]
    answers = {"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}
    while "/isi/" in fill:
        papers = SimpleUploadedFile("surat.jpg", photo(), "image/jpeg")
        answer = visitor.post(fill, {**answers, "pernyataan": papers})
        assert answer.status_code == 302, answer.content.decode()
        fill = answer.headers["Location"]
    visitor.post(fill, {"benar": "ya"})
    application = Application.objects.get()
    assert application.state == Application.State.RUNNING
    rt = application.steps.get(role="ketua_rt")
    assert (rt.state, rt.unit) == (Step.State.SKIPPED, village)

    for who in (loket, lurah):
        step = step_of(application)
        decide = f"/meja/berkas/{application.pk}/putuskan/"
        as_(who).post(decide, {"step": step.pk, "decision": "approve"})
    letter = render(Letter.objects.get().pk, at=MONDAY)
    make_ready(letter.pk)
    body = " ".join(letter.content.body)
    assert "menurut pernyataan pemohon" in body
    assert "Ketua RT" not in str(letter.content)
    assert "RT " not in str(letter.content.blocks)
    assert visitor.get(f"/permohonan/{application.pk}/").status_code == 200
    download = visitor.get(f"/surat/{letter.pk}/")
    assert b"".join(download).startswith(b"%PDF")  # type: ignore[call-overload]


def test_a_jorong_without_rt_is_a_place_of_its_own(cast: Cast) -> None:
    code = place_code(cast.village.code, dusun="Jorong Koto Tuo")
    assert code == f"{cast.village.code}/koto-tuo"
    _live_at(cast.sari_person, code)
    unit = Unit.objects.get(code=code)
    assert (unit.kind, unit.name, unit.parent) == ("dusun", "Lingkungan Koto Tuo", cast.village)
    facts = facts_of(cast.sari_person)
    assert facts["alamat"].endswith("Lingkungan Koto Tuo")
    assert (facts["rt"], facts["rw"], facts["kelurahan"]) == ("", "", cast.village.name)
    application = submitted(cast)
    assert step_of(application).unit == cast.village


def test_an_address_that_names_the_dusun_names_it_once(cast: Cast) -> None:
    _live_at(cast.sari_person, f"{cast.village.code}/krajan")
    cast.sari_person.household.address = "Dusun KRAJAN nomor 5"
    assert facts_of(cast.sari_person)["alamat"] == "Dusun KRAJAN nomor 5"


def test_two_rt_of_one_number_in_two_dusun_are_told_apart(cast: Cast) -> None:
    first, second = f"{cast.village.code}/krajan/001/001", f"{cast.village.code}/sumber/001/001"
    rts = ensure_rts({first, second})
    assert rts[first].parent.parent.name == "Lingkungan Krajan"  # type: ignore[union-attr]
    heads = {}
    for code in (first, second):
        Post.objects.create(unit=rts[code], role="ketua_rt", title=f"Ketua {rts[code].name}")
        heads[code] = official(code.split("/")[1], rts[code], "ketua_rt")
    assert Post.objects.get(unit=rts[first]).title == "Ketua RT 001 Lingkungan Krajan"
    _live_at(cast.sari_person, second)
    application = submitted(cast)
    today = today_of(MONDAY)
    assert not desks.inbox(posts_of(heads[first], today)).exists()
    waiting = desks.inbox(posts_of(heads[second], today)).get()
    assert waiting.case.application == application
    assert waiting.unit.name == "RT 001 Lingkungan Sumber"
    assert "Lingkungan Sumber" in facts_of(cast.sari_person)["alamat"]
