"""Neighbourhoods as they are: no RT at all, a jorong instead, two dusun with the same RT."""

import copy
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from deploy.local.synthetic import Families, Place
from services.applications.models import Application
from services.cases import queries as desks
from services.cases import reasons
from services.cases.models import Step
from services.cases.plan import Plan
from services.cases.route import today_of
from services.cases.timeline import timeline
from services.catalogue.actions import publish
from services.catalogue.blueprint import Blueprint
from services.catalogue.queries import service
from services.letters.actions import make_ready, render
from services.letters.models import Letter
from services.residents.imports.direct import import_people
from services.residents.models import Household, Person
from services.residents.place_codes import place_code
from services.residents.places import ensure_rts
from services.residents.queries import facts_of
from tenants.office.actions import appoint, head_post
from tenants.office.models import Post, Unit
from tenants.office.queries import posts_of, seats_now, vouched_units, vouching_unit
from tenants.registry.models import City
from tests.factories import (
    MONDAY,
    SINCE,
    Cast,
    approve,
    make_cast,
    official,
    photo,
    step_of,
    submitted,
)

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
    taken = import_people(name="penduduk.csv", content=table.encode(), actor=admin)
    assert taken.added == 1
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


@pytest.fixture
def jorong(cast: Cast) -> Unit:
    """Sari lives in a jorong without RT."""
    Unit.objects.filter(pk=cast.village.pk).update(word="Nagari")
    unit = ensure_rts([code := f"{cast.village.code}/koto-tuo"])[code]
    Unit.objects.filter(pk=unit.pk).update(
        word="Jorong", head="Wali Jorong", name="Jorong Koto Tuo"
    )
    _live_at(cast.sari_person, code)
    return Unit.objects.get(pk=unit.pk)


def test_the_wali_jorong_vouches_where_there_is_no_rt(
    cast: Cast, jorong: Unit, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    """Sending, vouching on the phone, the desks, the letter; every step through the pages."""

    def as_(user: User) -> Client:
        client = client_for(in_bontang)
        client.force_login(user, "accounts.backends.LoginBackend")
        return client

    admin = official("admin-j", Unit.objects.get(kind="kota"), "admin")
    assert "Jorong Koto Tuo" in as_(admin).get("/kelola/rt/").content.decode()
    to_post = as_(admin).get(f"/kelola/rt/{jorong.pk}/ketua/").headers["Location"]
    assert "Tunjuk Wali Jorong" in as_(admin).get(to_post).content.decode()
    seats = seats_now(MONDAY)
    wali = official("wali", jorong, "kepala_dusun")
    assert seats_now(MONDAY) == seats, "who vouches takes no seat"

    assert "Wali Jorong membenarkan" in as_(cast.sari).get("/layanan/sktm/").content.decode()
    application = submitted(cast)
    step = step_of(application)
    assert (step.unit, step.role) == (jorong, "kepala_dusun")
    assert step.title == "Wali Jorong membenarkan"
    phone = as_(wali)
    inbox = phone.get("/rt/").content.decode()
    assert "1 warga menunggu Anda" in inbox
    assert "Tercatat sebagai warga Jorong Koto Tuo" in inbox
    assert "Wali Jorong" in phone.get("/").content.decode()
    assert phone.get(f"/rt/{step.pk}/").status_code == 200
    reads = as_(cast.sari).get("/akses/").content.decode()
    assert "Wali Jorong membuka permohonan Anda" in reads
    assert "Setiap kali Wali Jorong atau petugas" in reads
    privacy = as_(cast.sari).get("/privasi/").content.decode()
    assert "Ketua RT / Wali Jorong Anda" in privacy
    assert "di Jorong Anda" in phone.get("/rt/0/").content.decode()
    phone.post(f"/rt/{step.pk}/putuskan/", {"decision": "approve"})

    for who in (cast.rina, cast.lurah):
        decide = f"/meja/berkas/{application.pk}/putuskan/"
        as_(who).post(decide, {"step": step_of(application).pk, "decision": "approve"})
    letter = Letter.objects.get()
    assert "menurut keterangan Wali Jorong" in " ".join(letter.content.body)
    page = as_(cast.sari).get(f"/permohonan/{application.pk}/").content.decode()
    assert "Wali Jorong membenarkan" in page


def test_the_timeline_names_who_vouches_in_english_too(cast: Cast, jorong: Unit) -> None:
    application = submitted(cast)
    english = Plan(application.read_in("en"), application.answers)
    stops = timeline(application, at=MONDAY, today=today_of(MONDAY), shown=english)
    assert stops[1].title == "The Wali Jorong confirms"


def test_a_step_to_come_names_the_jorong(cast: Cast, jorong: Unit) -> None:
    application = submitted(cast)
    application.steps.all().delete()
    stops = timeline(application, at=MONDAY, today=today_of(MONDAY))
    assert (stops[1].title, stops[1].where) == ("Wali Jorong membenarkan", "Jorong Koto Tuo")


def test_a_jorong_without_a_head_is_passed_over(cast: Cast, jorong: Unit) -> None:
    application = submitted(cast)
    first = application.steps.order_by("pk")[0]
    assert (first.state, first.unit, first.note) == (Step.State.SKIPPED, jorong, reasons.VACANT)
    assert step_of(application).unit == cast.village


def test_a_wali_jorong_who_applies_does_not_vouch_for_himself(cast: Cast, jorong: Unit) -> None:
    post = head_post(unit=jorong)
    appoint(post=post, user=cast.sari, since=SINCE, by=None)
    application = submitted(cast)
    assert application.steps.order_by("pk")[0].note == reasons.ONESELF


@pytest.mark.parametrize("below", ["005", "002/005"])
def test_where_a_dusun_has_rts_its_head_does_not_stand_in(
    cast: Cast, jorong: Unit, below: str
) -> None:
    """An applicant whose RT is not known."""
    official_of(jorong)
    path = f"000/{below}" if len(below) == 3 else below
    ensure_rts({f"{jorong.code}/{path}"})
    application = submitted(cast)
    first = application.steps.order_by("pk")[0]
    assert (first.state, first.role, first.note) == (
        Step.State.SKIPPED, "ketua_rt", reasons.NO_UNIT,
    )  # fmt: skip


def official_of(jorong: Unit) -> User:
    head_post(unit=jorong)
    return official("wali", jorong, "kepala_dusun")


def with_step(slug: str, **changes: object) -> None:
    """Publish a service with a step at the dusun behind the first one."""
    current = service(slug).current
    assert current is not None
    definition = copy.deepcopy(current.definition)
    step = {**definition["steps"][0], "key": "dusun", "title": "Kepala dusun mengetahui",
            "level": "dusun", "role": "kepala_dusun", **changes}  # fmt: skip
    definition["steps"].insert(1, step)
    publish(Blueprint.model_validate(definition), actor=None)


def test_a_service_may_pass_the_dusun_behind_the_rt(cast: Cast, jorong: Unit) -> None:
    wali = official_of(jorong)
    code = f"{jorong.code}/002/005"
    rt = ensure_rts({code})[code]
    head_post(unit=rt)
    ketua = official("ketua", rt, "ketua_rt")
    _live_at(cast.sari_person, code)
    with_step("sktm")
    application = submitted(cast)
    assert step_of(application).unit == rt
    approve(application, ketua)
    assert (step_of(application).unit, step_of(application).role) == (jorong, "kepala_dusun")
    approve(application, wali, cast.rina, cast.lurah)
    assert "keterangan Ketua RT" in " ".join(Letter.objects.get().content.body)


def test_the_head_of_a_dusun_is_asked_once(cast: Cast, jorong: Unit) -> None:
    """Where a service has a step for the dusun, its head does not stand in for an RT as well."""
    wali = official_of(jorong)
    with_step("sktm")
    application = submitted(cast)
    assert step_of(application).key == "dusun"
    approve(application, wali)
    assert step_of(application).unit == cast.village


def test_who_lives_in_no_dusun_passes_its_step(cast: Cast) -> None:
    with_step("sktm")
    application = submitted(cast)
    approve(application, cast.hasan)
    skipped = application.steps.get(key="dusun")
    assert (skipped.state, skipped.role) == (Step.State.SKIPPED, "kepala_dusun")
    assert step_of(application).unit == cast.village


def test_a_skipped_rw_step_keeps_its_role(cast: Cast, jorong: Unit) -> None:
    official_of(jorong)
    with_step("sktm", key="rw", title="Ketua RW mengetahui", level="rw", role="ketua_rw")
    application = submitted(cast)
    approve(application, User.objects.get(login="wali@contoh.go.id"))
    skipped = application.steps.get(key="rw")
    assert (skipped.state, skipped.role) == (Step.State.SKIPPED, "ketua_rw")


def test_vouched_units_are_rts_and_dusun_without_rt(cast: Cast, jorong: Unit) -> None:
    other = ensure_rts([code := f"{cast.village.code}/sumber/001/001"])[code]
    sumber = Unit.objects.get(code=f"{cast.village.code}/sumber")
    found = set(vouched_units())
    assert {jorong, other} <= found
    assert sumber not in found
    assert vouching_unit(jorong.code) == jorong
    assert vouching_unit(sumber.code) is None
    assert vouching_unit(other.code) == other
    assert vouching_unit(cast.village.code) is None


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
