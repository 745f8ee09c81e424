"""Numbers of SIMBG and OSS: noted, told of by a list, followed by their holders."""

import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from kernel.errors import NotThere, RuleBroken, Stale
from messaging.models import Outbox
from services.mall import outside, status_files, tasks
from services.mall.models import OutsideChange, OutsideStatus, OwnNumber, StatusFile
from services.mall.systems import normal_number, number_in_list, said, system_of, systems
from services.residents.imports.problems import ImportRefused
from tenants.office import queries as office
from tenants.office.models import Post, Unit
from tests.factories import MONDAY, Cast, account, family, official, submitted
from tests.told import tell_subscribers

As = Callable[[User], Client]
pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 12)
PBG, NIB = "PBG-647405-12112026-01", "1234567890123"
State = StatusFile.State


def posts(user: User) -> list[Post]:
    return office.posts_of(user, MONDAY.date())


def csv_of(*rows: str, delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(rows).replace(";", delimiter).encode(encoding)


def upload(cast: Cast, content: bytes, *, system: str = "simbg", day: date = DAY) -> StatusFile:
    """Uploaded by the officer of the permit office, and checked by a worker."""
    file = status_files.upload(
        system=system, as_of=day, name="daftar.csv", chunks=[content], posts=posts(cast.petugas),
        by=cast.petugas, at=MONDAY,
    )  # fmt: skip
    return worked(file)


def worked(file: StatusFile) -> StatusFile:
    status_files.step({"file": file.pk})
    file.refresh_from_db()
    return file


def written(cast: Cast, file: StatusFile) -> StatusFile:
    status_files.accept(pk=file.pk, posts=posts(cast.petugas), by=cast.petugas, at=MONDAY)
    return worked(file)


def write(cast: Cast, *rows: str, day: date = DAY, **more: str) -> StatusFile:
    return written(cast, upload(cast, csv_of("No. Registrasi;Status", *rows), day=day))


def noted(cast: Cast, number: str = PBG, system: str = "simbg") -> OwnNumber:
    return outside.note(
        person=cast.sari_person, system=system, number=number, name="Rumah dua lantai",
        place="Jalan Mawar 2", case=None, by=cast.sari, at=MONDAY,
    )  # fmt: skip


def latest(cast: Cast) -> str:
    found = outside.of_person(cast.sari_person, "id")[0].latest
    return "" if found is None else found.said.text


# --- rules ----------------------------------------------------------------------------------------


def test_numbers_are_kept_in_one_spelling_and_an_nib_has_13_digits() -> None:
    oss, simbg = system_of("oss"), system_of("simbg")
    assert normal_number(oss, " 1234-5678.90123 ") == NIB
    assert normal_number(simbg, " pbg - 647405 – 12112026 - 01 ") == PBG
    assert number_in_list(oss, "220001234567") == "0220001234567", "a spreadsheet dropped the 0"
    for wrong in ("123456789012", "12345678901234", "abc", "1111111111111", ""):
        with pytest.raises(RuleBroken, match="13 angka"):
            normal_number(oss, wrong)
    for wrong in ("PBG", "PBG-1", "PBG 647405 <b>", ""):
        with pytest.raises(RuleBroken, match="PBG-647405"):
            normal_number(simbg, wrong)


def test_every_status_of_the_table_is_found_by_one_row_alone() -> None:
    for system in systems().values():
        words = [word for one in system.statuses for word in one.words]
        assert len(words) == len(set(words))
        for one in system.statuses:
            assert said(system, one.words[0].upper(), "id").text == one.text
            assert said(system, one.words[0], "en").text == one.en
    assert said(system_of("oss"), "Status baru", "id").text == "Status baru"


# --- lists ----------------------------------------------------------------------------------------


def test_a_list_is_checked_first_then_written_and_its_holder_is_told(cast: Cast) -> None:
    own = noted(cast)
    assert latest(cast) == ""
    file = upload(cast, csv_of("No. Registrasi;Nama;Status", f"{PBG};Sari;Konsultasi"))
    assert (file.state, file.counts["new"]) == (State.CHECKED, 1)
    assert not OutsideStatus.objects.exists(), "nothing is written before somebody agreed"
    file = written(cast, file)
    assert (file.state, file.path, file.counts["told"]) == (State.DONE, "", 1)
    assert latest(cast).startswith("Konsultasi dengan tim ahli")
    tell_subscribers()
    mail = Outbox.objects.filter(key__contains=f"outside:{own.pk}:changed:{file.pk}").get()
    assert "Konsultasi dengan tim ahli" in str(mail.payload)
    assert PBG not in str(mail.payload)
    write(cast, f"{PBG};Terbit", day=DAY + timedelta(days=3))
    assert latest(cast).startswith("Sudah terbit")
    changes = outside.own(own.pk, cast.sari_person, "id").known[0].changes
    assert [change.status for change, _ in changes] == ["Terbit", "Konsultasi"]


def test_the_same_list_twice_changes_nothing_and_an_older_one_overwrites_nothing(
    cast: Cast,
) -> None:
    noted(cast)
    write(cast, f"{PBG};Terbit")
    again = write(cast, f"{PBG};Terbit")
    assert (again.counts["same"], again.counts["told"]) == (1, 0)
    older = write(cast, f"{PBG};Konsultasi", "PBG-647405-12112026-02;Konsultasi",
                  day=DAY - timedelta(days=1))  # fmt: skip
    assert (older.counts["older"], older.counts["new"]) == (1, 1)
    assert latest(cast).startswith("Sudah terbit")
    assert OutsideChange.objects.filter(of__number=PBG).count() == 1
    same = write(cast, f"{PBG};Terbit", day=DAY + timedelta(days=1))
    assert same.counts["told"] == 0
    assert OutsideStatus.objects.get(number=PBG).as_of == DAY + timedelta(days=1)


def test_a_number_that_nobody_had_noted_shows_its_status_to_who_notes_it(cast: Cast) -> None:
    write(cast, f"{PBG};Terbit")
    noted(cast)
    assert latest(cast).startswith("Sudah terbit")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_lists_are_read_in_usual_spellings(cast: Cast, delimiter: str, encoding: str) -> None:
    content = csv_of(
        "Daftar PBG", "", "No;Nama Pemilik;Nomor Registrasi;Status Permohonan",
        f"1;Café;{PBG};Konsultasi", delimiter=delimiter, encoding=encoding,
    )  # fmt: skip
    file = upload(cast, content)
    assert (file.counts["new"], file.counts["refused"]) == (1, 0)


def test_a_workbook_of_oss_has_a_row_for_each_line_of_business(cast: Cast) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for number, row in enumerate(
        [["NIB", "KBLI", "Status", "Berlaku Sampai"],
         [1234567890123, 47111, "Izin Terbit", "2026-12-20"],
         [1234567890123, 56101, "Menunggu Verifikasi", ""],
         [220001234567, 56101, "Aktif", ""]]
    ):  # fmt: skip
        sheet.write_row(number, 0, row)
    book.close()
    own = noted(cast, NIB, "oss")
    file = written(cast, upload(cast, out.getvalue(), system="oss"))
    assert (file.counts["new"], file.counts["told"]) == (3, 1)
    parts = outside.own(own.pk, cast.sari_person, "id").known
    assert [one.row.part for one in parts] == ["47111", "56101"]
    assert OutsideStatus.objects.filter(number="0220001234567").exists()
    tell_subscribers()
    tasks.remind(date(2026, 11, 25))
    tasks.remind(date(2026, 11, 26))
    tell_subscribers()
    mails = Outbox.objects.filter(key__contains=":expires:")
    assert mails.count() == 1
    assert "20 Desember 2026" in str(mails.get().payload)


def test_faults_are_told_by_cell_and_the_rest_is_written(cast: Cast) -> None:
    file = upload(
        cast,
        csv_of(
            "Nomor Registrasi;Status;Tanggal Status",
            f"{PBG};Konsultasi;2026-11-10",
            "?;Konsultasi;2026-11-10",
            "PBG-647405-12112026-03;;2026-11-10",
            "PBG-647405-12112026-04;Terbit;kemarin",
            "PBG-647405-12112026-05;Terbit;2026-12-31",
            f"{PBG};Terbit;2026-11-11",
            f"{PBG};Konsultasi;2026-11-10",
        ),
    )
    assert [(line, heading) for line, heading, _ in file.problems] == [
        (3, "Nomor Registrasi"), (4, "Status"), (5, "Tanggal Status"), (6, "Tanggal Status"),
        (7, "Nomor Registrasi"),
    ]  # fmt: skip
    assert "baris 2 dengan status lain" in file.problems[-1][2]
    assert (file.counts["refused"], file.counts["new"]) == (5, 1), "an equal line is one line"
    assert written(cast, file).counts["new"] == 1


def test_what_is_no_table_and_too_long_a_list_are_refused(cast: Cast, monkeypatch) -> None:
    for content in (b"\x00\x01\x02" * 9, b"halo", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"):
        with pytest.raises(ImportRefused):
            upload(cast, content)
    monkeypatch.setattr("services.mall.status_table.MOST_LINES", 1)
    file = upload(cast, csv_of("NIB;Status", f"{NIB};Aktif", "1234567890124;Aktif"), system="oss")
    assert (file.state, file.path) == (State.FAILED, "")
    assert "Paling banyak" in file.message


def test_columns_with_other_names_are_chosen_once_and_remembered(cast: Cast) -> None:
    rows = ("Kode Berkas;Posisi", f"{PBG};Konsultasi")
    mine = posts(cast.petugas)
    file = upload(cast, csv_of(*rows))
    assert file.state == State.COLUMNS
    choose = {"pk": file.pk, "posts": mine, "by": cast.petugas, "at": MONDAY}
    for wrong in (["number", ""], ["number", "number"], ["number"]):
        with pytest.raises(RuleBroken):
            status_files.choose_columns(fields=wrong, **choose)
    status_files.choose_columns(fields=["number", "status"], **choose)
    written(cast, worked(file))
    assert upload(cast, csv_of(*rows)).state == State.CHECKED, "as the last time"


def test_one_list_of_a_system_at_a_time_and_nobody_writes_one_twice(cast: Cast) -> None:
    file = upload(cast, csv_of("No. Registrasi;Status", f"{PBG};Terbit"))
    with pytest.raises(RuleBroken, match="sedang diproses"):
        upload(cast, csv_of("No. Registrasi;Status", f"{PBG};Terbit"))
    written(cast, file)
    with pytest.raises(Stale):
        status_files.accept(pk=file.pk, posts=posts(cast.petugas), by=cast.petugas, at=MONDAY)
    idle = upload(cast, csv_of("No. Registrasi;Status", f"{PBG};Terbit"))
    status_files.tidy(MONDAY + timedelta(days=30))
    idle.refresh_from_db()
    assert (idle.state, idle.path) == (State.CANCELLED, "")


# --- who ------------------------------------------------------------------------------------------


def test_only_the_permit_office_sees_and_uploads_lists(cast: Cast, as_: As) -> None:
    file = upload(cast, csv_of("No. Registrasi;Status", f"{PBG};Terbit"))
    other = Unit.objects.filter(kind="dinas").exclude(pk=cast.dinas.pk).first()
    assert other is not None
    neighbour = official("dinas-lain", other, "petugas_dinas")
    for user in (neighbour, cast.rina, cast.camat):
        browser = as_(user)
        assert browser.get("/meja/status/").status_code == 404
        assert browser.get(f"/meja/status/{file.pk}/").status_code == 404
        assert browser.post(f"/meja/status/{file.pk}/tulis/").status_code == 404
        with pytest.raises(NotThere):
            status_files.accept(pk=file.pk, posts=posts(user), by=user, at=MONDAY)
        with pytest.raises(NotThere):
            status_files.upload(system="simbg", as_of=DAY, name="x", chunks=[b"a;b"],
                                posts=posts(user), by=user, at=MONDAY)  # fmt: skip
    assert as_(cast.kepala).get(f"/meja/status/{file.pk}/").status_code == 200


def test_a_number_is_seen_by_its_holder_alone(cast: Cast, as_: As) -> None:
    own = noted(cast)
    page = f"/permohonan/nomor/{own.pk}/"
    assert as_(cast.sari).get(page).status_code == 200
    stranger = as_(cast.tetangga)
    assert stranger.get(page).status_code == 404
    assert stranger.post(f"{page}hapus/").status_code == 404
    with pytest.raises(NotThere):
        outside.remove(pk=own.pk, person=family(cast.village, rt=3)[0], by=cast.tetangga)
    assert as_(cast.sari).post(f"{page}hapus/").status_code == 302
    assert not OwnNumber.objects.exists()


def test_a_number_names_a_case_of_its_own_holder_alone(cast: Cast) -> None:
    case = submitted(cast)
    with pytest.raises(NotThere):
        outside.note(
            person=cast.tetangga.resident.person, system="simbg", number=PBG, name="Rumah",
            place="", case=case, by=cast.tetangga, at=MONDAY,
        )  # fmt: skip


def test_nobody_tries_out_numbers_without_end(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr(outside, "TRIES", 2)
    noted(cast)
    noted(cast)
    with pytest.raises(RuleBroken):
        noted(cast, "PBG-647405-12112026-09")
    assert OwnNumber.objects.count() == 1


# --- pages ----------------------------------------------------------------------------------------


def test_from_the_guided_link_to_the_status_in_the_list_of_requests(cast: Cast, as_: As) -> None:
    sari, petugas = as_(cast.sari), as_(cast.petugas)
    assert "/permohonan/nomor/catat/simbg/" in sari.get("/mal/pbg-simbg/").content.decode()
    typed = {"number": "PBG-1", "name": "Rumah dua lantai", "place": "Jalan Mawar 2"}
    refused = sari.post("/permohonan/nomor/catat/simbg/", typed)
    assert refused.status_code == 422
    assert "Rumah dua lantai" in refused.content.decode(), "what was typed is kept"
    assert sari.post("/permohonan/nomor/catat/simbg/", {**typed, "number": PBG}).status_code == 302
    list_of = {
        "system": "simbg", "as_of": "12-11-2026",
        "file": SimpleUploadedFile("pbg.csv", csv_of("No. Registrasi;Status", f"{PBG};Terbit")),
    }  # fmt: skip
    assert petugas.post("/meja/status/", {**list_of, "as_of": "12-11-2030"}).status_code == 422
    list_of["file"].seek(0)  # type: ignore[attr-defined]
    sent = petugas.post("/meja/status/", list_of)
    assert sent.status_code == 302, sent.content.decode()
    file = worked(StatusFile.objects.get())
    assert "Tulis 1 status" in petugas.get(f"/meja/status/{file.pk}/").content.decode()
    petugas.post(f"/meja/status/{file.pk}/tulis/")
    worked(file)
    page = sari.get("/permohonan/").content.decode()
    assert "Sudah terbit: unduh di SIMBG" in page
    assert "menurut berkas SIMBG 12 November 2026" in page
    with CaptureQueriesContext(connection) as seen:
        sari.get("/permohonan/")
    assert len(seen) <= 14  # two of them about numbers


def test_a_desk_notes_a_number_beside_a_case_and_the_counter_for_a_person(
    cast: Cast, as_: As
) -> None:
    case = submitted(cast)
    assert as_(cast.rina).get(f"/meja/berkas/{case.pk}/nomor/").status_code == 404
    person = family(cast.village)[0]
    account(person)
    counter = as_(cast.rina)
    page = f"/meja/penduduk/{person.pk}/nomor/"
    assert counter.get(page).status_code == 302, "the record is opened for a purpose first"
    counter.post(f"/meja/penduduk/{person.pk}/", {"purpose": "layanan"})
    assert counter.post(f"{page}?system=oss", {"number": NIB, "name": "Warung"}).status_code == 302
    assert NIB in counter.get(page).content.decode()
    assert OwnNumber.objects.get().person == person
    assert as_(cast.lurah_lain).get(page).status_code == 404
