"""A head reports; the kelurahan decides; what is confirmed stands in the register."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Entry
from kernel.errors import NotThere, RuleBroken
from kernel.text import in_capitals_and_small
from messaging.models import Outbox
from services.applications import actions, life_events, recording
from services.applications.models import Application
from services.applications.queries import in_hand, waiting_for
from services.applications.recording import Told
from services.cases import decisions
from services.cases.queries import inbox
from services.catalogue import queries as catalogue
from services.neighbourhood import guests, reports
from services.neighbourhood.models import BoardingHouse, Guest, Report
from services.residents import codes
from services.residents.models import Person
from tenants.office.models import Post, Unit
from tenants.office.queries import posts_of
from tests.factories import MONDAY, Cast, approve, family, official
from tests.neighbourhood.conftest import As
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
GUEST = {
    "nama": "Jumadi", "nik": "", "jk": "1", "asal": "Samarinda", "tanggal": "2026-11-22",
    "malam": "2", "untuk": "menjenguk keluarga", "alamat": "Jalan Cumi-cumi 12",
}  # fmt: skip


def mother(village: Unit) -> Person:
    """A woman of RT 001 who is 31 years old: nobody doubts that she gave birth."""
    families = (family(village) for _ in range(20))
    found = next(one for many in families for one in many if one.sex == codes.Sex.FEMALE)
    Person.objects.filter(pk=found.pk).update(birth_date=date(1995, 5, 5))
    found.refresh_from_db()
    return found


def file(cast: Cast, slug: str, person: Person, typed: dict[str, str], **more: Any) -> Report:
    service = catalogue.report(slug)
    assert service.current is not None
    chosen = reports.answered_by(service.current.blueprint, person)
    by = more.pop("by", cast.hasan)
    return reports.file(
        service=service, person_id=person.pk, typed={**typed, **chosen},
        posts=posts_of(by, TODAY), by=by, at=MONDAY, **more,
    )  # fmt: skip


def birth(cast: Cast, person: Person, **changes: str) -> Report:
    typed = {
        "nama_bayi": "Anisa", "jk": "2", "tanggal": "2026-11-20", "tempat": "Puskesmas",
        "ayah": "Slamet Riyadi", **changes,
    }  # fmt: skip
    return file(cast, "lapor-kelahiran", person, typed)


def confirm(application: Application, by: Any, **told: Any) -> None:
    application.refresh_from_db()
    rows: dict[int, Any] = {row.pk: {} for row in application.life_events.all()}
    said = Told(rows=rows, on=date(2026, 11, 20), **told)
    recording.record(application_id=application.pk, told=said, by=by, at=MONDAY)


# --- birth, death, moves --------------------------------------------------------------------------


def test_a_reported_birth_reaches_the_kelurahan_and_becomes_a_person(cast: Cast) -> None:
    person = mother(cast.village)
    report = birth(cast, person)
    assert report.application.number and report.application.applicant == person
    assert (report.what, report.on, report.unit) == (
        "birth",
        date(2026, 11, 20),
        person.household.rt,
    )
    assert [step.case_id for step in inbox(posts_of(cast.rina, TODAY))] == [report.application_id]
    approve(report.application, cast.rina)
    confirm(report.application, cast.rina)
    child = Person.objects.get(name="Anisa")
    assert child.household_id == person.household_id
    assert child.father_name == "Slamet Riyadi"
    assert child.mother_name == person.name


def test_a_reported_death_is_the_familys_case_and_is_recorded(cast: Cast) -> None:
    families = (family(cast.village) for _ in range(20))
    household = next(
        found for found in families if any(one.birth_date.year < 2000 for one in found[1:])
    )
    late = household[0]
    typed = {"tanggal": "2026-11-20", "tempat": "Rumah", "sebab": "sakit"}
    report = file(cast, "lapor-kematian", late, typed)
    assert report.application.applicant.household_id == late.household_id
    assert report.application.applicant != late
    approve(report.application, cast.rina)
    confirm(report.application, cast.rina)
    late.refresh_from_db()
    assert late.status == codes.Status.DEAD


def test_a_day_that_the_register_could_not_take_is_refused_at_once(cast: Cast) -> None:
    person = mother(cast.village)
    with pytest.raises(reports.Incomplete) as wrong:
        birth(cast, person, tanggal="1994-11-20")
    assert "mendahului tanggal lahir" in wrong.value.problems["tanggal"]
    died = {"tempat": "Rumah", "sebab": "sakit"}
    for day, words in (("1994-11-20", "mendahului"), ("2099-01-01", "")):
        with pytest.raises(reports.Incomplete) as wrong:
            file(cast, "lapor-kematian", person, {**died, "tanggal": day})
        assert words in wrong.value.problems["tanggal"]
    assert not Report.objects.exists() and not Application.objects.exists()
    assert file(cast, "lapor-kematian", person, {**died, "tanggal": "2026-11-20"}).pk


def test_the_desk_reads_a_death_under_the_name_of_who_died(cast: Cast, signed_in: As) -> None:
    families = (family(cast.village) for _ in range(20))
    household = next(
        found for found in families if any(one.birth_date.year < 2000 for one in found[1:])
    )
    late = household[0]
    typed = {"tanggal": "2026-11-20", "tempat": "Rumah", "sebab": "sakit"}
    report = file(cast, "lapor-kematian", late, typed)
    desk, other = signed_in(cast.rina), report.application.applicant
    listed = desk.get("/meja/").content.decode()
    assert in_capitals_and_small(late.name) in listed and "dilaporkan Ketua RT" in listed
    assert in_capitals_and_small(other.name) not in listed
    page = desk.get(f"/meja/berkas/{report.application_id}/").content.decode()
    assert f"<h2>{in_capitals_and_small(late.name)}</h2>" in page
    read = Entry.objects.filter(what="person.read", actor_id=cast.rina.pk)
    assert {str(late.pk), str(other.pk)} <= set(read.values_list("subject_id", flat=True))
    approve(report.application, cast.rina)
    waiting = desk.get("/meja/peristiwa/").content.decode()
    assert in_capitals_and_small(late.name) in waiting


def test_who_moves_away_is_ticked_among_the_household(cast: Cast) -> None:
    household = next(found for _ in range(20) if len(found := family(cast.village)) > 2)
    typed = {"tanggal": "2026-11-20", "tujuan": "Kota Samarinda"}
    typed |= {f"anggota-{household[-1].pk}": "1"}
    report = file(cast, "lapor-pindah", household[0], typed)
    moving = {row.person for row in report.application.life_events.all()}
    assert moving == {household[0], household[-1]}


def test_a_newcomer_is_described_in_words_and_arrives(cast: Cast) -> None:
    typed = {
        "nama": "Rahmat Hidayat", "jk": "1", "lahir": "1990-04-02", "asal": "Samarinda",
        "tanggal": "2026-11-20", "alamat": "Jalan Cumi-cumi 12", "status_kk": "baru",
    }  # fmt: skip
    report = file(cast, "lapor-datang", cast.sari_person, typed)
    approve(report.application, cast.rina)
    row = report.application.life_events.get()
    assert row.facts["birth_date"] == "1990-04-02"
    rt = cast.sari_person.household.rt
    told = Told(
        rows={row.pk: {"birth_date": date(1990, 4, 2)}}, to="new", on=date(2026, 11, 20), rt=rt,
        address="Jalan Cumi-cumi 12",
    )  # fmt: skip
    recording.record(application_id=report.application_id, told=told, by=cast.rina, at=MONDAY)
    assert Person.objects.get(name="Rahmat Hidayat").place == rt.code


# --- guests ---------------------------------------------------------------------------------------


def test_a_guest_stands_in_the_guest_book_at_once(cast: Cast, posts: list[Post]) -> None:
    report = file(cast, "lapor-tamu", cast.sari_person, GUEST)
    (guest,) = guests.there(posts, TODAY)
    assert (guest.name, guest.host, guest.nik) == ("Jumadi", cast.sari_person, "")
    assert guest.stays_until == date(2026, 11, 24)
    assert not report.application.life_events.exists()


def test_a_guest_who_stays_long_is_proposed_as_temporary_resident(cast: Cast) -> None:
    report = file(cast, "lapor-tamu", cast.sari_person, {**GUEST, "malam": "60"})
    approve(report.application, cast.rina)
    rt = cast.sari_person.household.rt
    row = report.application.life_events.get()
    told = Told(
        rows={row.pk: {"birth_date": date(1990, 1, 1), "birth_place": "Samarinda"}}, to="new",
        on=date(2026, 11, 22), address="Jalan Cumi-cumi 12", rt=rt,
    )  # fmt: skip
    recording.record(application_id=report.application_id, told=told, by=cast.rina, at=MONDAY)
    person = Person.objects.get(name="Jumadi")
    assert person.residency == codes.Residency.TEMPORARY
    assert person.stays_until == date(2026, 11, 22) + timedelta(days=60)


def test_a_nik_that_is_none_keeps_the_guest_all_the_same(cast: Cast, posts: list[Post]) -> None:
    file(cast, "lapor-tamu", cast.sari_person, {**GUEST, "nik": "12345"})
    assert guests.listed(posts).get().nik == ""


def test_a_guest_leaves_and_comes_back(cast: Cast, posts: list[Post]) -> None:
    file(cast, "lapor-tamu", cast.sari_person, GUEST)
    guest = Guest.objects.get()
    with pytest.raises(RuleBroken, match="mendahului"):
        guests.leave(guest_id=guest.pk, posts=posts, by=cast.hasan, at=MONDAY, on=date(2026, 1, 1))
    with pytest.raises(RuleBroken, match="belum tiba"):
        guests.leave(
            guest_id=guest.pk, posts=posts, by=cast.hasan, at=MONDAY, on=TODAY + timedelta(days=1)
        )
    guests.leave(guest_id=guest.pk, posts=posts, by=cast.hasan, at=MONDAY, on=TODAY)
    assert not guests.there(posts, TODAY)
    guests.come_back(guest_id=guest.pk, posts=posts, by=cast.hasan)
    assert guests.there(posts, TODAY)


# --- told twice -----------------------------------------------------------------------------------


def test_the_same_birth_is_pointed_out_and_another_child_is_taken(cast: Cast) -> None:
    person = mother(cast.village)
    first = birth(cast, person)
    with pytest.raises(reports.Repeated, match=str(first.application.number)):
        birth(cast, person)
    assert Report.objects.count() == 1
    typed = {"nama_bayi": "Anita", "jk": "2", "tanggal": "2026-11-20", "tempat": "Puskesmas"}
    assert file(cast, "lapor-kelahiran", person, typed, accepted=True).pk != first.pk


def test_a_guest_told_of_twice_is_pointed_out(cast: Cast) -> None:
    file(cast, "lapor-tamu", cast.sari_person, GUEST)
    with pytest.raises(reports.Repeated, match="sudah dilaporkan menginap"):
        file(cast, "lapor-tamu", cast.sari_person, {**GUEST, "nama": "JUMADI"})
    file(cast, "lapor-tamu", cast.sari_person, {**GUEST, "nama": "Sumarni", "jk": "2"})


def test_a_report_taken_back_is_no_repetition(cast: Cast, posts: list[Post]) -> None:
    first = file(cast, "lapor-tamu", cast.sari_person, GUEST)
    reports.withdraw(report_id=first.pk, posts=posts, by=cast.hasan, at=MONDAY)
    assert not Guest.objects.exists()
    file(cast, "lapor-tamu", cast.sari_person, GUEST)


# --- who may, and who sees ------------------------------------------------------------------------


def test_what_is_missing_is_said_and_nothing_is_kept(cast: Cast) -> None:
    with pytest.raises(reports.Incomplete) as wrong:
        file(cast, "lapor-tamu", cast.sari_person, {**GUEST, "nama": ""})
    assert set(wrong.value.problems) == {"nama"}
    assert not Application.objects.exists()


def test_a_head_reports_of_the_own_area_alone(cast: Cast) -> None:
    for by in (cast.bahar, cast.rina, cast.sari):
        with pytest.raises(NotThere):
            file(cast, "lapor-tamu", cast.sari_person, GUEST, by=by)


def test_nobody_reports_after_the_term(cast: Cast, posts: list[Post]) -> None:
    held = posts[0].holdings.get(user=cast.hasan)
    held.until = TODAY - timedelta(days=1)
    held.save()
    with pytest.raises(NotThere):
        file(cast, "lapor-tamu", cast.sari_person, GUEST)


def test_the_head_of_the_rw_reports_for_its_rt_and_leaves_alone_what_the_rt_reported(
    cast: Cast, signed_in: As
) -> None:
    rw = cast.sari_person.household.rt.parent
    assert rw is not None
    Post.objects.get_or_create(unit=rw, role="ketua_rw", title="Ketua RW 001")
    head = official("rw", rw, "ketua_rw")
    report = file(cast, "lapor-tamu", cast.sari_person, GUEST, by=head)
    assert (report.unit, report.title) == (cast.sari_person.household.rt, "Ketua RW 001")
    above = posts_of(head, TODAY)
    reports.withdraw(report_id=report.pk, posts=above, by=head, at=MONDAY)
    theirs = file(cast, "lapor-tamu", cast.sari_person, {**GUEST, "nama": "Sugeng"})
    with pytest.raises(RuleBroken, match="Pengurusnya yang memperbaiki"):
        reports.withdraw(report_id=theirs.pk, posts=above, by=head, at=MONDAY)
    page = signed_in(head).get(f"/rt/laporan/{theirs.pk}/").content.decode()
    assert "Tarik laporan" not in page


def test_residents_find_no_report_among_their_services(cast: Cast) -> None:
    slugs = {service.slug for service in catalogue.offered()}
    assert not {slug for slug in slugs if slug.startswith("lapor-")}
    with pytest.raises(NotThere):
        catalogue.service("lapor-tamu")
    with pytest.raises(NotThere):
        catalogue.report("sktm")
    assert len(catalogue.reports()) == 8


def test_the_resident_sees_it_and_neither_changes_nor_corrects_it(cast: Cast) -> None:
    report = file(cast, "lapor-tamu", cast.sari_person, GUEST)
    step = report.application.steps.get()
    decisions.return_(step_id=step.pk, by=cast.rina, note="Tulis NIK tamunya.", at=MONDAY)
    with pytest.raises(NotThere):
        in_hand(cast.sari, report.application_id, today=TODAY)
    assert waiting_for(cast.sari_person) == 0


def test_the_head_puts_right_what_the_kelurahan_gave_back(cast: Cast, posts: list[Post]) -> None:
    report = file(cast, "lapor-tamu", cast.sari_person, GUEST)
    step = report.application.steps.get()
    decisions.return_(step_id=step.pk, by=cast.rina, note="Tulis lamanya dengan benar.", at=MONDAY)
    tell_subscribers()
    chosen = {"tuan_rumah-anggota": str(cast.sari_person.pk)}
    typed = {**GUEST, **chosen, "malam": "5"}
    reports.correct(report_id=report.pk, typed=typed, posts=posts, by=cast.hasan, at=MONDAY)
    assert Guest.objects.get().stays_until == date(2026, 11, 27)
    report.application.refresh_from_db()
    assert report.application.state == Application.State.RUNNING


def test_the_head_hears_once_what_the_kelurahan_said(cast: Cast) -> None:
    report = file(cast, "lapor-tamu", cast.sari_person, GUEST)
    step = report.application.steps.get()
    decisions.refuse(step_id=step.pk, by=cast.rina, note="Bukan tamu, warga sendiri.", at=MONDAY)
    tell_subscribers()
    tell_subscribers()
    assert not Guest.objects.exists()
    assert Outbox.objects.filter(key__contains=f"report:{report.pk}:refused").count() == 1


def test_the_reading_is_recorded_with_the_post(cast: Cast) -> None:
    file(cast, "lapor-tamu", cast.sari_person, GUEST)
    entry = Entry.objects.get(what="person.read", subject_id=str(cast.sari_person.pk),
                              detail__purpose="rt-lapor")  # fmt: skip
    assert entry.detail["office"] == posts_of(cast.hasan, TODAY)[0].title


def test_the_desk_may_not_record_what_it_did_not_approve(cast: Cast) -> None:
    report = birth(cast, mother(cast.village))
    assert life_events.to_confirm(report.application, posts_of(cast.rina, TODAY)) == []


def test_residents_cannot_begin_a_report_by_the_actions(cast: Cast) -> None:
    service = catalogue.report("lapor-tamu")
    with pytest.raises(NotThere):
        actions.begin(service=service, applicant=cast.sari_person, by=cast.sari)


def test_the_host_reads_the_report_without_the_guests_nik_and_cannot_take_it_back(
    cast: Cast, signed_in: As
) -> None:
    nik = cast.tetangga.resident.person.nik
    report = file(cast, "lapor-tamu", cast.sari_person, {**GUEST, "nik": nik})
    client = signed_in(cast.sari)
    address = f"/permohonan/{report.application_id}/"
    page = client.get(address).content.decode()
    assert "Jumadi" in page and "Dilaporkan oleh Hasan" in page
    assert nik not in page and "batalkan" not in page
    assert (
        client.post(reverse("application-withdraw", args=[report.application_id])).status_code
        == 422
    )
    report.application.refresh_from_db()
    assert report.application.state == Application.State.RUNNING


def test_a_guest_whom_the_register_knows_is_tied_to_the_person(cast: Cast) -> None:
    known = cast.tetangga.resident.person
    file(cast, "lapor-tamu", cast.sari_person, {**GUEST, "nik": known.nik, "nama": known.name})
    assert Guest.objects.get().person == known


def test_the_pages_file_point_out_and_correct(cast: Cast, signed_in: As) -> None:
    client = signed_in(cast.hasan)
    address = f"/rt/lapor/lapor-tamu/{cast.sari_person.pk}/"
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"nama": "Jumadi"})
    assert wrong.status_code == 422 and "Berapa malam" in wrong.content.decode()
    assert client.post(address, GUEST).status_code == 302
    again = client.post(address, GUEST)
    assert again.status_code == 422 and "Tetap laporkan" in again.content.decode()
    assert client.post(address, {**GUEST, "asked": "1", "accepted": "on"}).status_code == 302
    report = Report.objects.order_by("pk").first()
    assert report is not None
    step = report.application.steps.get()
    decisions.return_(step_id=step.pk, by=cast.rina, note="Tulis NIK tamunya.", at=MONDAY)
    correct = f"/rt/laporan/{report.pk}/perbaiki/"
    assert "Tulis NIK tamunya." in client.get(correct).content.decode()
    assert client.post(correct, {**GUEST, "malam": "0"}).status_code == 422
    assert client.post(correct, {**GUEST, "malam": "4"}).status_code == 302
    assert Guest.objects.get(application=report.application).stays_until == date(2026, 11, 26)


def test_a_lodger_is_reported_at_the_boarding_house(cast: Cast, signed_in: As) -> None:
    client = signed_in(cast.hasan)
    sent = {
        "kind": "rooms", "name": "Kos Rahma", "address": "Jalan Cumi-cumi 12", "rooms": "8",
        "owner_name": "Rahma", "owner_phone": "",
    }  # fmt: skip
    house = client.post(f"/rt/kos/baru/{cast.sari_person.pk}/", sent).url
    pk = house.rstrip("/").rpartition("/")[2]
    new = client.post(f"/rt/lapor/lapor-tamu/{cast.sari_person.pk}/?house={pk}", GUEST)
    assert new.url == house
    page = client.get(house).content.decode()
    assert "Jumadi" in page
    closed = client.post(f"{house}tutup/")
    assert closed.status_code == 422 and BoardingHouse.objects.get().closed_at is None
