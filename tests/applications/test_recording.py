"""What finished applications of each kind propose to the register, and what one act writes."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from django.test import Client

from kernel.errors import NotThere, RuleBroken
from services.applications import actions, life_events, recording
from services.applications.models import Application, LifeEvent
from services.applications.recording import Told
from services.catalogue.blueprint import Blueprint
from services.catalogue.explaining import complaint
from services.catalogue.queries import service
from services.catalogue.shipped import shipped
from services.residents import addresses, register
from services.residents.codes import Marital, Relation, Residency, Sex, Status
from services.residents.fields import FIELDS, value_of
from services.residents.models import Household, Person, PersonEvent, Source
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, family, official

pytestmark = pytest.mark.django_db
ON = "2026-11-20"
DAY = date(2026, 11, 20)


@pytest.fixture
def sari(cast: Cast) -> Person:
    """The applicant as the wife of a family with a child."""
    wanted = [Relation.HEAD, Relation.WIFE, Relation.CHILD]
    found = next(
        one for _ in range(60)
        if len(one := family(cast.village)) > 3 and [p.relation for p in one[:3]] == wanted
    )  # fmt: skip
    cast.sari_person.account.delete()
    wife = found[1]
    Person.objects.filter(pk=wife.pk).update(birth_date="1996-02-02")
    return Person.objects.select_related("household__rt").get(pk=wife.pk)


def done(sari: Person, cast: Cast, slug: str, answers: Mapping[str, Any]) -> Application:
    """A finished application with these answers, as it stands when its desk opens it again."""
    application = actions.begin(service=service(slug), applicant=sari, by=cast.sari)
    application.seal_answers(answers)
    application.save()
    life_events.note(application)
    Application.objects.filter(pk=application.pk).update(
        state=Application.State.DONE, number=f"26-11-{application.pk:06d}", draft_key=None,
        finished_at=MONDAY,
    )  # fmt: skip
    return Application.objects.get(pk=application.pk)


def record(application: Application, by: Any, **told: Any) -> list[LifeEvent]:
    rows = told.pop("rows", None) or {row.pk: {} for row in application.life_events.all()}
    told = {"on": DAY, "accepted": True, **told}
    return recording.record(
        application_id=application.pk, told=Told(rows=rows, **told), by=by, at=MONDAY
    )


def members(household: Household) -> list[Person]:
    return list(Person.objects.filter(household=household).order_by("pk"))


def named(person: Person) -> dict[str, str]:
    return {"_id": str(person.pk), "nama": person.name}


BABY = {"nama_bayi": "Putri Ayu", "jk_bayi": "2", "tempat": "RSUD Bontang", "tanggal": ON}
CHILD = {"nama_anak": "Putri Ayu", "jk_anak": "2", "tempat": "Bontang", "tanggal": ON}


def test_birth_letter_then_certificate_make_one_member_and_ask_nothing_twice(
    cast: Cast, sari: Person
) -> None:
    head = members(sari.household)[0]
    parents = {"ibu": named(sari), "ayah": named(head)}
    before = len(members(sari.household))
    letter = done(sari, cast, "kelahiran", {**BABY, **parents})
    (row,) = record(letter, cast.rina)
    child = row.person
    assert child is not None
    assert (child.household, child.nik, child.relation) == (sari.household, "", Relation.CHILD)
    assert (child.sex, child.birth_date, child.birth_place) == (Sex.FEMALE, DAY, "RSUD Bontang")
    assert (child.mother_name, child.father_name) == (sari.name, head.name)
    begun = actions.begin(service=service("permohonan-akta-lahir"), applicant=sari, by=cast.sari)
    assert {key: begun.answers[key] for key in CHILD} == {**CHILD, "tempat": "RSUD Bontang"}
    begun.delete()
    certificate = done(sari, cast, "permohonan-akta-lahir", {**CHILD, **parents})
    with pytest.raises(RuleBroken, match="sudah tercatat"):
        record(certificate, cast.rina)
    waiting = certificate.life_events.get()
    record(
        certificate, cast.rina, certificate="6474-LT-20112026-0007",
        rows={waiting.pk: {"nik": "6474016011260001"}},
    )  # fmt: skip
    child.refresh_from_db()
    assert child.birth_certificate == "6474-LT-20112026-0007"
    assert child.nik == "6474016011260001"
    assert len(members(sari.household)) == before + 1


def test_certificate_alone_brings_the_newborn(cast: Cast, sari: Person) -> None:
    application = done(sari, cast, "permohonan-akta-lahir", {**CHILD, "ibu": named(sari)})
    (row,) = record(application, cast.rina, certificate="6474-LT-1")
    assert row.person is not None
    assert (row.person.birth_certificate, row.person.household) == ("6474-LT-1", sari.household)
    event = row.person.events.get()
    assert event.source.case_id == application.pk
    undone = register.undo(event_id=event.pk, origin=event.source, by=None)
    assert undone.kind == "undo"
    assert Person.objects.get(pk=row.person.pk).status == Status.INVALID


MOVE = {
    "alasan": "perumahan", "jenis": "sebagian", "kk_tinggal": "tetap", "kk_pindah": "baru",
    "tanggal_pindah": ON,
}  # fmt: skip


def test_move_between_villages_brings_the_chosen_people_to_the_new_rt(
    cast: Cast, sari: Person
) -> None:
    other = Unit.objects.filter(kind="kelurahan").exclude(pk=cast.village.pk).order_by("code")[0]
    family(other, rt=3)
    there = Unit.objects.get(code=f"{other.code}/001/003")
    child = members(sari.household)[2]
    text = f"Jalan Melati 7, RT 03 / RW 01, {other.name}"
    answers = {**MOVE, "alamat_tujuan": text, "pengikut": [named(child)]}
    application = done(sari, cast, "pindah-antar-kelurahan", answers)
    assert {row.person for row in application.life_events.all()} == {sari, child}
    found = addresses.guess(text)
    assert (found.street, found.village, found.rt, found.rw) == (
        "Jalan Melati 7", other.code, "003", "001",
    )  # fmt: skip
    old = sari.household
    record(application, cast.rina, address=found.street, rt=there, head=members(old)[0].pk,
           relations={sari.pk: Relation.HEAD, child.pk: Relation.CHILD})  # fmt: skip
    for one in (sari, child):
        one.refresh_from_db()
        assert (one.place, one.household.address) == (there.code, "Jalan Melati 7")
    assert sari.household != old
    told = PersonEvent.objects.get(person=child)
    assert (told.kind, told.happened_on) == ("move_within", DAY)
    with pytest.raises(NotThere):
        record(application, cast.rina)


def test_whole_card_moves_only_with_everybody(cast: Cast, sari: Person) -> None:
    rt = Unit.objects.get(code=f"{cast.village.code}/001/002")
    everybody = [one for one in members(sari.household) if one.pk != sari.pk]
    answers = {**MOVE, "jenis": "semua", "kk_pindah": "tetap", "alamat_tujuan": "Jalan Melati 7",
               "pengikut": [named(one) for one in everybody[1:]]}  # fmt: skip
    application = done(sari, cast, "pindah-antar-kelurahan", answers)
    with pytest.raises(RuleBroken, match="semua anggotanya"):
        record(application, cast.rina, to="whole", address="Jalan Melati 7", rt=rt)
    application.seal_answers({**answers, "pengikut": [named(one) for one in everybody]})
    life_events.note(application)
    record(application, cast.rina, to="whole", address="Jalan Melati 7", rt=rt)
    card = Household.objects.get(pk=sari.household_id)
    assert (card.rt, card.address) == (rt, "Jalan Melati 7")
    assert {one.place for one in members(card)} == {rt.code}


def test_newcomers_arrive_with_what_the_answers_say(cast: Cast, sari: Person) -> None:
    rt = Unit.objects.get(code=f"{cast.village.code}/001/002")
    answers = {
        "pendatang": {
            "nama": "Rudi Hartono", "nik": "7371011203800001", "terdaftar": "tidak",
            "tempat_lahir": "Makassar", "_lahir": "1980-03-12", "jenis_kelamin": "Laki-laki",
        },
        "nomor_skpwni": "SKPWNI/7371/12", "alamat_asal": "Makassar", "status_kk": "baru",
        "alamat_tujuan": "Jalan Mawar 3",
        "pengikut": [{"nama": "Wati", "nik": "7371015203820001", "hubungan": "Istri"}],
    }  # fmt: skip
    application = done(sari, cast, "pindah-datang", answers)
    first, second = application.life_events.all()
    assert (first.who, second.who) == ("Rudi Hartono", "Wati")
    assert second.facts["birth_date"] == "1982-03-12"
    assert (second.facts["sex"], second.facts["relation"]) == (Sex.FEMALE, Relation.WIFE)
    rows = {
        first.pk: {"relation": Relation.HEAD, "birth_date": date(1980, 3, 12)},
        second.pk: {"birth_date": date(1982, 3, 12), "birth_place": "Makassar"},
    }
    record(application, cast.rina, rows=rows, address="Jalan Mawar 3", rt=rt, came_from="Makassar")
    rudi, wati = Person.objects.filter(household__address="Jalan Mawar 3").order_by("pk")
    assert (rudi.name, rudi.nik, rudi.relation) == ("Rudi Hartono", "7371011203800001", 1)
    assert (wati.relation, wati.resident_since, wati.religion) == (Relation.WIFE, DAY, None)
    assert rudi.events.get().detail["from"] == "Makassar"
    assert Residency.TEMPORARY not in {rudi.residency, wati.residency}


def test_marriage_with_a_new_card_is_of_both(cast: Cast, sari: Person) -> None:
    rt = Unit.objects.get(code=f"{cast.village.code}/001/002")
    husband = next(found[0] for _ in range(60) if (found := family(cast.village))[0].sex == 1)
    Person.objects.filter(pk__in=[sari.pk, husband.pk]).update(marital=Marital.SINGLE)
    answers = {"alasan": "baru", "pasangan": named(husband), "alamat_baru": "Jalan Mawar 4"}
    application = done(sari, cast, "permohonan-kk", answers)
    record(application, cast.rina, certificate="AK-1", to="new", address="Jalan Mawar 4", rt=rt)
    for one, relation in ((sari, Relation.WIFE), (husband, Relation.HEAD)):
        one.refresh_from_db()
        assert (one.marital, one.married_on, one.marriage_certificate) == (2, DAY, "AK-1")
        assert (one.relation, one.household.address) == (relation, "Jalan Mawar 4")
    lost = done(sari, cast, "permohonan-kk", {"alasan": "hilang"})
    assert not lost.life_events.exists()


def test_correction_changes_the_one_field(cast: Cast, sari: Person) -> None:
    answers = {"elemen": "pekerjaan", "semula": "x", "menjadi": "Guru", "dasar": "SK"}
    application = done(sari, cast, "perubahan-elemen-data", answers)
    row = application.life_events.get()
    record(application, cast.rina, rows={row.pk: {"facts": {"occupation": 65}}})
    sari.refresh_from_db()
    assert value_of(sari, FIELDS["occupation"]) == 65
    other = done(sari, cast, "perubahan-elemen-data", {**answers, "elemen": "lain"})
    assert not other.life_events.exists()


def test_population_office_sees_and_records_what_no_desk_of_it_had(
    cast: Cast, sari: Person, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    office = Unit.objects.get(code__endswith="/disdukcapil")
    clerk = official("dukcapil", office, "petugas_dinas")
    application = done(sari, cast, "kelahiran", {**BABY, "ibu": named(sari)})
    client = client_for(in_bontang)
    client.force_login(clerk, backend="accounts.backends.LoginBackend")
    assert str(application.number) in client.get("/meja/peristiwa/").content.decode()
    page = f"/meja/berkas/{application.pk}/peristiwa/"
    html = client.get(page).content.decode()
    assert "Putri Ayu" in html
    assert PersonEvent.objects.count() == 0  # the preview was taken back
    row = application.life_events.get()
    typed = {
        "person": [row.pk], "on_0": "20", "on_1": "11", "on_2": "2026", "basis": "Akta 12",
        f"name_{row.pk}": "Putri Ayu", f"sex_{row.pk}": "2", "certificate": "",
    }  # fmt: skip
    seen = client.post(page, {**typed, "do": "lihat"})
    assert seen.status_code == 200
    assert PersonEvent.objects.count() == 0
    assert client.post(page, {**typed, "do": "catat"}).status_code == 302
    event = PersonEvent.objects.get()
    assert (event.kind, event.source.label, event.source.kind) == (
        "birth", "Akta 12", Source.Kind.CASE,
    )  # fmt: skip
    assert str(application.number) not in client.get("/meja/peristiwa/").content.decode()
    other = official("loket-lain", Unit.objects.filter(kind="kelurahan").exclude(
        pk=cast.village.pk)[0], "loket")  # fmt: skip
    client.force_login(other, backend="accounts.backends.LoginBackend")
    assert client.get(page).status_code == 404


def test_page_shows_before_and_after_and_asks_about_doubts(
    cast: Cast, sari: Person, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    head = members(sari.household)[0]
    answers = {"almarhum": named(head), "tanggal": ON, "tempat": "Rumah", "sebab": "sakit"}
    application = done(sari, cast, "kematian", answers)
    client = client_for(in_bontang)
    client.force_login(cast.rina, backend="accounts.backends.LoginBackend")
    page = f"/meja/berkas/{application.pk}/peristiwa/"
    html = " ".join(client.get(page).content.decode().split())
    for words in ("Hidup → <b>Mati</b>", "Kawin → <b>Cerai mati</b>", "Kepala keluarga yang baru"):
        assert words in html
    row = application.life_events.get()
    typed = {"person": [row.pk], "on_0": "1", "on_1": "1", "on_2": "2099"}
    refused = client.post(page, typed)
    assert refused.status_code == 422
    assert "masa depan" in refused.content.decode()
    Person.objects.filter(pk=head.pk).update(marital=Marital.MARRIED)
    register.change(
        person_id=head.pk, facts={"occupation": 4}, by=None, happened_on=date(2026, 11, 22),
        origin=register.source(kind=Source.Kind.ENTRY, label="x", by=None),
    )  # fmt: skip
    typed |= {"on_0": "20", "on_1": "11", "on_2": "2026", "head": str(sari.pk)}
    asked = client.post(page, typed)
    assert asked.status_code == 422
    assert "Tetap catat" in asked.content.decode()
    assert client.post(page, {**typed, "asked": "1", "accepted": "on"}).status_code == 302
    sari.refresh_from_db()
    head.refresh_from_db()
    assert (head.status, sari.marital, sari.relation) == (
        Status.DEAD, Marital.WIDOWED, Relation.HEAD,
    )  # fmt: skip


def broken(**event: Any) -> str:
    raw = next(one for one in shipped() if one.slug == "kematian").canonical()
    with pytest.raises(ValueError, match="event") as wrong:
        Blueprint.model_validate({**raw, "event": event})
    return complaint(wrong.value, raw)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"kind": "death", "people": ["tanggal"]}, "“Tanggal meninggal” bukan pertanyaan jenis"),
        ({"kind": "death"}, "tidak menyebut orangnya"),
        ({"kind": "death", "people": ["almarhum"], "facts": {"on": "tempat"}},
         "memakai jawaban “Tempat meninggal”"),
        ({"kind": "death", "people": ["almarhum"], "facts": {"name": "tempat"}},
         "tidak mengenal “Nama”"),
        ({"kind": "birth", "facts": {"name": "tempat"}},
         "belum menyebut pertanyaan untuk: on, sex"),
        ({"kind": "death", "people": ["almarhum"],
          "when": [{"field": "tidak_ada", "op": "=", "value": "ya"}]}, "syarat dari “tidak_ada”"),
    ],
)  # fmt: skip
def test_event_that_cannot_be_fulfilled_is_refused_in_plain_words(
    event: dict[str, Any], words: str
) -> None:
    assert words in broken(**event)


def test_definition_from_before_there_were_facts_keeps_its_digest() -> None:
    raw = next(one for one in shipped() if one.slug == "kematian").canonical()
    for kind in ("death", "move"):
        event = {"kind": kind, "people": ["almarhum"], "applicant_when": [], "applicant": False}
        parsed = Blueprint.model_validate({**raw, "event": event})
        assert parsed.canonical()["event"] == event
        assert parsed.event is not None
        assert parsed.event.act == ("move_out" if kind == "move" else "death")
