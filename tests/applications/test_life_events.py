"""A finished death or moving application proposes the status; a desk writes it in one act."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from audit.models import Entry
from kernel.errors import NotThere, RuleBroken
from services.applications import actions, issuing, life_events, recording
from services.applications.models import Application, LifeEvent
from services.applications.recording import Told
from services.cases import decisions
from services.catalogue.blueprint import Blueprint
from services.catalogue.queries import service
from services.catalogue.shipped import shipped
from services.residents import codes, register
from services.residents.models import Person, PersonEvent, Source
from services.residents.queries import facts_of, person_by_nik
from tenants.office import queries as office
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, family, photo
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()


@pytest.fixture
def late(cast: Cast) -> Person:
    """A neighbour, not of the applicant's household, whose death is told of."""
    return next(found[0] for _ in range(9) if (found := family(cast.village)))


def death(cast: Cast, late: Person, **changes: str) -> Application:
    """A death the applicant tells of, sent with two witnesses outside the register."""
    sari = cast.sari_person
    application = actions.begin(service=service("kematian"), applicant=sari, by=cast.sari)
    witness = {"nik": "", "tempat_lahir": "Bontang", "tanggal_lahir": "1980-02-03"}
    typed = {
        "almarhum-nik": late.nik, "almarhum-nama": late.name,
        "tanggal": "2026-11-20", "tempat": "Rumah, Jalan Cumi-cumi 12", "sebab": "sakit",
        "yang_menerangkan": "keluarga", "hubungan_pelapor": "tetangga",
        **{f"saksi1-{key}": value for key, value in {**witness, "nama": "Rudi"}.items()},
        **{f"saksi2-{key}": value for key, value in {**witness, "nama": "Tono"}.items()},
        **changes,
    }  # fmt: skip
    wrong = actions.save_answers(
        application_id=application.pk, typed=typed, by=cast.sari,
        files={spec.key: photo() for spec in application.blueprint.documents},
        names={spec.key: "a.jpg" for spec in application.blueprint.documents},
    )  # fmt: skip
    assert wrong == {}
    return actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)


def finished(cast: Cast, late: Person) -> Application:
    application = death(cast, late)
    approve(application, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=MONDAY)
    application.refresh_from_db()
    assert application.state == Application.State.DONE
    return application


def confirm(application: Application, by: Any) -> list[LifeEvent]:
    rows: dict[int, Any] = {row.pk: {} for row in application.life_events.all()}
    told = Told(rows=rows, on=date(2026, 11, 20), to="stay")
    return recording.record(application_id=application.pk, told=told, by=by, at=MONDAY)


def test_the_counter_writes_a_death_into_the_register(cast: Cast, late: Person) -> None:
    application = finished(cast, late)
    assert late.status == codes.Status.ALIVE
    (event,) = confirm(application, cast.rina)
    assert (event.person, event.confirmed_by) == (late, cast.rina)
    late.refresh_from_db()
    assert late.status == codes.Status.DEAD
    assert person_by_nik(late.nik) is None
    entry = Entry.objects.get(what="person.death")
    told = PersonEvent.objects.get(pk=str(entry.detail["event"]))
    assert told.changes == {"status": [1, 2]}
    assert (told.source.kind, told.source.case_id) == ("letter", application.pk)
    letter = application.issued.get().letter
    assert told.source.label == f"Surat Keterangan Kematian nomor {letter.number}"
    assert told.happened_on == date(2026, 11, 20)
    assert told.detail["place"] == "Rumah, Jalan Cumi-cumi 12"
    with pytest.raises(NotThere):
        confirm(application, cast.rina)


def test_what_was_recorded_waits_again_once_it_was_undone(cast: Cast, late: Person) -> None:
    application = finished(cast, late)
    confirm(application, cast.rina)
    told = PersonEvent.objects.get(person=late, kind="death")
    origin = register.source(kind=Source.Kind.ENTRY, label="Keliru orang", by=cast.rina)
    register.undo(event_id=told.pk, origin=origin, by=cast.rina)
    tell_subscribers()
    (again,) = life_events.to_confirm(application, office.posts_of(cast.rina, TODAY))
    assert again.person == late
    assert life_events.confirmed(application) == []


def test_nothing_is_written_before_the_application_is_done(cast: Cast, late: Person) -> None:
    application = death(cast, late)
    posts = office.posts_of(cast.rina, TODAY)
    assert life_events.to_confirm(application, posts) == []
    with pytest.raises(NotThere):
        confirm(application, cast.rina)


@pytest.mark.parametrize("who", ["sari", "hasan", "lurah_lain", "camat", "petugas"])
def test_only_desks_that_had_the_application_write_it(cast: Cast, late: Person, who: str) -> None:
    application = finished(cast, late)
    with pytest.raises(NotThere):
        confirm(application, getattr(cast, who))


def test_nobody_writes_from_their_own_application(cast: Cast, late: Person) -> None:
    application = finished(cast, late)
    application.applicant.account.user = cast.rina
    application.applicant.account.save()
    with pytest.raises(RuleBroken, match="permohonan Anda sendiri"):
        confirm(application, cast.rina)


def test_a_person_who_is_not_chosen_stays_as_they_are(cast: Cast, late: Person) -> None:
    application = finished(cast, late)
    with pytest.raises(RuleBroken, match="Pilih dulu"):
        recording.record(
            application_id=application.pk, told=Told(rows={0: {}}), by=cast.rina, at=MONDAY
        )


def test_a_second_death_of_the_same_person_is_pointed_out(cast: Cast, late: Person) -> None:
    first = finished(cast, late)
    second = death(cast, late, tanggal="2026-11-21")
    (told,) = life_events.hints(second)
    assert str(first.number) in told
    assert late.name in told
    assert "meninggal" in told
    confirm(first, cast.rina)
    assert f"{late.name} sudah tercatat mati di data penduduk." in life_events.hints(second)


def test_a_returned_application_tells_what_it_says_now(cast: Cast, late: Person) -> None:
    application = death(cast, late)
    step = application.steps.get(key="loket")
    decisions.return_(step_id=step.pk, by=cast.rina, note="Salah orang", at=MONDAY)
    other = family(cast.village)[0]
    typed = {"almarhum-nik": other.nik, "almarhum-nama": other.name}
    wrong = actions.save_answers(
        application_id=application.pk, typed=typed, files={}, names={}, by=cast.sari,
        only=["almarhum"],
    )  # fmt: skip
    assert wrong == {}
    actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    assert [event.person for event in application.life_events.all()] == [other]


MOVES = ("pindah-antar-kabkota", "pindah-antar-provinsi", "pindah-luar-negeri")


def test_the_services_that_end_a_residence_say_so() -> None:
    told = {one.slug: one.event.kind for one in shipped() if one.event and not one.filed_by}
    ends = {slug for slug, kind in told.items() if kind in ("death", "move_out")}
    assert ends == {"kematian", "permohonan-akta-kematian", *MOVES}


@pytest.mark.parametrize(
    ("who", "applicant"),
    [("kepala", True), ("semua", True), ("sebagian", True), ("anggota", False)],
)
def test_a_move_is_of_whoever_moves(cast: Cast, who: str, applicant: bool) -> None:
    household = next(found for _ in range(20) if len(found := family(cast.village)) > 1)
    cast.sari_person.household = household[0].household
    cast.sari_person.save()
    application = actions.begin(service=service(MOVES[0]), applicant=cast.sari_person, by=cast.sari)
    application.seal_answers(
        {"jenis": who, "pengikut": [{"_id": str(household[1].pk), "nama": household[1].name}]}
    )
    life_events.note(application)
    people = {event.person for event in application.life_events.all()}
    assert people == {household[1], *([cast.sari_person] if applicant else [])}


def test_an_event_may_only_name_questions_about_people() -> None:
    raw = next(one for one in shipped() if one.slug == "kematian").canonical()
    with pytest.raises(ValueError, match="event: 'tanggal' is no field of type person"):
        Blueprint.model_validate({**raw, "event": {"kind": "death", "people": ["tanggal"]}})


def test_the_desk_page_offers_the_act_and_shows_it_afterwards(
    cast: Cast, late: Person, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    application = finished(cast, late)
    client = client_for(in_bontang)
    client.force_login(cast.rina, backend="accounts.backends.LoginBackend")
    page = f"/meja/berkas/{application.pk}/"
    assert "Catat di data penduduk" in client.get(page).content.decode()
    event = application.life_events.get()
    sent = client.post(f"{page}peristiwa/", {"person": [event.pk]})
    assert sent.status_code == 302
    html = client.get(page).content.decode()
    assert "dicatat meninggal oleh" in " ".join(html.split())
    assert "Catat di data penduduk" not in html


def test_after_the_death_of_the_head_letters_name_no_head(cast: Cast, late: Person) -> None:
    application = finished(cast, late)
    Person.objects.filter(pk=late.pk).update(relation=codes.Relation.HEAD)
    assert facts_of(late)["kepala_keluarga"] == late.name
    confirm(application, cast.rina)
    assert facts_of(late)["kepala_keluarga"] == ""
