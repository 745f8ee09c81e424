"""A thousand heads of RT and RW from one file: faults are named, the rest goes in, once."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.errors import NotThere, RuleBroken
from messaging.models import Outbox
from services.heads import files
from services.heads.models import HeadsFile, HeadsLine
from services.residents import codes
from services.residents.models import Person
from services.residents.places import ensure_rts
from services.web.access import today
from tenants.office import actions as office
from tenants.office.models import HandOver, Holding, Post, Unit
from tenants.registry.models import City
from tests.factories import Cast, account, family, make_cast, official

HEADINGS = ["kelurahan", "rw", "rt", "jabatan", "nik", "nama", "telepon", "no_sk", "tanggal_sk",
            "mulai", "sampai"]  # fmt: skip


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def admin(in_bontang: City, cast: Cast) -> User:
    return official("admin", Unit.objects.get(code=in_bontang.code), "admin")


@pytest.fixture
def page(in_bontang: City, admin: User, client_for: Callable[[City], Client]) -> Client:
    client = client_for(in_bontang)
    client.force_login(admin, "accounts.backends.LoginBackend")
    return client


def line(cast: Cast, person: Person | None, rt: str = "003", **said: str) -> list[str]:
    row = {
        "kelurahan": cast.village.name, "rw": "1", "rt": rt, "nik": person.nik if person else "",
        "nama": person.name if person else "", "telepon": "0812-3456-7890", "no_sk": "12/SK/2026",
        "tanggal_sk": "2 Januari 2026", "mulai": "01-03-2026", "sampai": "28-02-2031", **said,
    }  # fmt: skip
    return [row.get(heading, "") for heading in HEADINGS]


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([HEADINGS, *rows])
    return out.getvalue().encode()


def as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Daftar Ketua RT"])
    for number, row in enumerate([HEADINGS, *rows], start=2):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell)
    book.close()
    return out.getvalue()


def check(content: bytes, by: User) -> HeadsFile:
    """Upload, and let the worker read it."""
    file = files.upload(name="ketua.csv", chunks=[content], by=by)
    files.step({"file": file.pk})
    file.refresh_from_db()
    return file


def finish(file: HeadsFile, by: User, *, makes_units: bool = False) -> HeadsFile:
    files.accept(pk=file.pk, makes_units=makes_units, by=by)
    for _ in range(100):
        files.step({"file": file.pk})
        file.refresh_from_db()
        if not file.is_moving:
            return file
    raise AssertionError("the file does not come to its end")


def reasons(file: HeadsFile) -> dict[int, str]:
    refused = file.lines.filter(state=HeadsLine.State.REFUSED)
    return dict(refused.values_list("line", "reason"))


def doubts(file: HeadsFile) -> dict[int, str]:
    return dict(file.lines.exclude(doubt="").values_list("line", "doubt"))


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_a_file_appoints_with_decree_and_term(cast: Cast, admin: User, write: Any) -> None:
    person = family(cast.village, rt=3)[0]
    file = check(write([line(cast, person)]), admin)
    assert file.counts["ready"] == 1 and reasons(file) == {} and file.path == ""
    assert not Holding.objects.filter(user__resident__person=person).exists()
    file = finish(file, admin)
    holding = Holding.objects.get(user__resident__person=person)
    assert (holding.post.role, holding.post.unit.code[-7:]) == ("ketua_rt", "001/003")
    assert (holding.since, holding.until) == (date(2026, 3, 1), date(2031, 2, 28))
    assert (holding.decree, holding.decree_on) == ("12/SK/2026", date(2026, 1, 2))
    assert holding.user.phone == "081234567890" and not holding.user.has_usable_password()
    assert file.counts["done"] == 1 and not file.lines.exists()
    assert Entry.objects.filter(what="person.read", subject_id=str(person.pk)).count() == 1


def test_every_fault_is_named_and_the_rest_goes_in(cast: Cast, admin: User) -> None:
    good, dead, gone, child, twice, one, two = (family(cast.village, rt=3)[0] for _ in range(7))
    Person.objects.filter(pk=dead.pk).update(status=codes.Status.DEAD)
    Person.objects.filter(pk=gone.pk).update(status=codes.Status.MOVED)
    Person.objects.filter(pk=child.pk).update(birth_date=date(2015, 1, 1))
    rows = [
        line(cast, good, "003"),
        line(cast, None, nik="6474010101990001"),
        line(cast, dead, "005"),
        line(cast, gone, "006"),
        line(cast, child, "007"),
        line(cast, twice, "008"),
        line(cast, twice, "009"),
        line(cast, one, "010"),
        line(cast, two, "010"),
        line(cast, one, "011", nik="123"),
        line(cast, one, "012", telepon="nomor Pak RT"),
        line(cast, one, "013", mulai="kemarin"),
        line(cast, one, "014", sampai="01-01-2026"),
        line(cast, one, "015", nama="Orang Yang Lain Sama Sekali"),
        line(cast, one, "016", kelurahan="Kelurahan Tidak Ada"),
        line(cast, one, "", rw=""),
        line(cast, one, "017", jabatan="Juru kunci"),
        line(cast, good, "003"),
    ]
    ensure_rts({f"{cast.village.code}/001/{number:03d}" for number in range(3, 18)})
    file = check(as_csv(rows), admin)
    said = reasons(file)
    expected = {
        3: "tidak tercatat", 4: "meninggal", 5: "pindah", 6: "belum 17 tahun",
        7: "Baris 8 menyebut NIK yang sama", 8: "Baris 7 menyebut NIK yang sama",
        9: "Baris 10 menyebut orang lain", 10: "Baris 9 menyebut orang lain",
        11: "16 angka", 12: "Telepon", 13: "Kolom mulai", 14: "sesudah hari mulainya",
        15: "Namanya tidak sama", 16: "tidak ada di daerah ini", 17: "wilayah jabatannya",
        18: "Juru kunci", 19: "sama dengan baris 2",
    }  # fmt: skip
    assert said.keys() == expected.keys()
    assert {n: said[n] for n in expected if expected[n] not in said[n]} == {}
    assert file.counts["ready"] == 1
    file = finish(file, admin)
    assert (file.counts["done"], file.counts["refused"]) == (1, 17)
    assert Holding.objects.filter(user__resident__person=good).count() == 1


def test_what_is_unusual_is_said_and_goes_in(cast: Cast, admin: User) -> None:
    far = family(cast.village, rw=2, rt=9)[0]
    before = Post.objects.get(holdings__user=cast.hasan)
    misspelled = far.name[:-1] + ("d" if far.name.lower().endswith("h") else "h")
    file = check(as_csv([line(cast, far, "001", nama=misspelled)]), admin)
    said = doubts(file)[2]
    assert "tinggal di luar wilayah" in said and "menggantikan pejabat" in said
    assert "Ejaan" in said
    assert (file.counts["elsewhere"], file.counts["replaces"]) == (1, 1)
    finish(file, admin)
    assert HandOver.objects.get().given.user == cast.hasan
    assert before.holdings.get(user=cast.hasan).until == date(2026, 2, 28)


def test_a_missing_rt_is_made_only_where_somebody_agreed(cast: Cast, admin: User) -> None:
    person = family(cast.village, rt=3)[0]
    content = as_csv([line(cast, person, "77")])
    code = f"{cast.village.code}/001/077"
    file = check(content, admin)
    assert file.counts["makes_unit"] == 1 and "belum ada" in doubts(file)[2]
    assert "Wilayah ini belum ada" in reasons(finish(file, admin))[2]
    assert not Unit.objects.filter(code=code).exists()
    finish(check(content, admin), admin, makes_units=True)
    assert Holding.objects.get(post__unit__code=code).user.resident.person == person


def test_the_same_file_again_changes_nothing(cast: Cast, admin: User) -> None:
    people = [family(cast.village, rt=rt)[0] for rt in (3, 4)]
    rows = [line(cast, person, f"00{rt}") for rt, person in zip((3, 4), people, strict=True)]
    finish(check(as_csv(rows), admin), admin)
    before = list(Holding.objects.order_by("pk").values())
    file = check(as_csv(rows), admin)
    assert (file.counts["same"], file.counts["ready"]) == (2, 0)
    finish(file, admin)
    assert list(Holding.objects.order_by("pk").values()) == before


def test_a_corrected_term_is_taken_over(cast: Cast, admin: User) -> None:
    person = family(cast.village, rt=3)[0]
    finish(check(as_csv([line(cast, person, sampai="")]), admin), admin)
    file = check(as_csv([line(cast, person, no_sk="")]), admin)
    assert file.counts["corrects"] == 1
    finish(file, admin)
    holding = Holding.objects.get(user__resident__person=person)
    assert (holding.until, holding.decree) == (date(2031, 2, 28), "12/SK/2026")


def test_secretaries_and_heads_of_rw_in_one_file(cast: Cast, admin: User) -> None:
    people = [family(cast.village, rt=3)[0] for _ in range(3)]
    words = ["Sekretaris RT", "Ketua RW", "Ketua"]
    rows = [line(cast, one, "003", jabatan=word) for one, word in zip(people, words, strict=True)]
    finish(check(as_csv(rows), admin), admin)
    held = {h.user.resident.person_id: h.post for h in Holding.objects.filter(since__year=2026)}
    roles = [held[one.pk].role for one in people]
    assert roles == ["sekretaris_rt", "ketua_rw", "ketua_rt"]
    assert held[people[0].pk].title == "Sekretaris RT 003"


def test_an_administrator_does_not_appoint_themselves(cast: Cast, admin: User) -> None:
    from services.residents import officials

    person = family(cast.village, rt=3)[0]
    officials.identify(user=admin, nik=person.nik, by=admin)
    file = check(as_csv([line(cast, person)]), admin)
    assert "Admin tidak menunjuk dirinya" in reasons(file)[2]


def test_a_person_who_leaves_between_check_and_consent_is_not_appointed(
    cast: Cast, admin: User
) -> None:
    person = family(cast.village, rt=3)[0]
    file = check(as_csv([line(cast, person)]), admin)
    Person.objects.filter(pk=person.pk).update(status=codes.Status.MOVED)
    file = finish(file, admin)
    assert file.counts["done"] == 0 and "pindah" in reasons(file)[2]


def test_a_batch_that_is_done_twice_appoints_once(cast: Cast, admin: User) -> None:
    person = family(cast.village, rt=3)[0]
    file = check(as_csv([line(cast, person)]), admin)
    files.accept(pk=file.pk, makes_units=False, by=admin)
    for _ in range(4):
        files.step({"file": file.pk})
    assert Holding.objects.filter(user__resident__person=person).count() == 1


def test_no_nik_lies_in_clear(cast: Cast, admin: User) -> None:
    person = family(cast.village, rt=3)[0]
    file = check(as_csv([line(cast, person), line(cast, None, nik="6474010101990001")]), admin)
    for row in file.lines.all():
        assert person.nik.encode() not in bytes(row.cells_sealed)
        assert "6474010101990001" not in row.reason + row.doubt
    said = str(list(Outbox.objects.values_list("key", "payload")))
    assert person.nik not in said and "6474010101990001" not in said


def test_one_file_at_a_time_and_none_that_is_no_table(cast: Cast, admin: User) -> None:
    file = check(as_csv([line(cast, None, nik="1")]), admin)
    with pytest.raises(RuleBroken, match="Berkas lain"):
        files.upload(name="dua.csv", chunks=[b"nik\n1"], by=admin)
    files.cancel(pk=file.pk, by=admin)
    for content, said in (
        (b"nama;umur\nA;3\n", "Tidak ada kolom"),
        (b"nik;nama\n1;A\n", "tidak menyebut wilayahnya"),
        (b"nik;kelurahan;rt;nik\n1;A;1;2\n", "Ada dua kolom"),
        (b"nik;kelurahan;rt\n", "tidak berisi satu pun"),
    ):
        assert said in check(content, admin).message
    assert not HeadsFile.objects.filter(is_open=True).exists()
    with pytest.raises(NotThere):
        files.get(0)


def test_a_thousand_lines_take_a_bounded_number_of_queries(
    cast: Cast, admin: User, django_assert_max_num_queries: Any
) -> None:
    person = family(cast.village, rt=3)[0]
    rows = [line(cast, person, str(rt % 900 + 1)) for rt in range(1000)]
    file = files.upload(name="seribu.csv", chunks=[as_csv(rows)], by=admin)
    with django_assert_max_num_queries(60):
        files.step({"file": file.pk})
    file.refresh_from_db()
    assert file.counts["lines"] == 1000


# --- pages ----------------------------------------------------------------------------------------


def test_upload_agree_and_download_what_is_to_mend(cast: Cast, admin: User, page: Client) -> None:
    person = family(cast.village, rt=3)[0]
    content = as_csv([line(cast, person), line(cast, None, "004", nik="6474010101990001")])
    sent = page.post("/kelola/rt/berkas/", {"file": SimpleUploadedFile("k.csv", content)})
    file = HeadsFile.objects.get()
    assert sent["Location"] == f"/kelola/rt/berkas/{file.pk}/"
    files.step({"file": file.pk})
    seen = page.get(sent["Location"]).content.decode()
    assert "Tunjuk 1 orang" in seen and "tidak tercatat" in seen and person.nik not in seen
    page.post(f"{sent['Location']}tunjuk/", {})
    for _ in range(3):
        files.step({"file": file.pk})
    over = page.get(sent["Location"]).content.decode()
    assert "1 orang ditunjuk" in over and "Cetak kartu" in over
    mended = b"".join(page.get(f"{sent['Location']}perbaikan.csv")).decode("utf-8-sig")
    headings, refused = list(csv.reader(io.StringIO(mended), delimiter=";"))
    assert headings == [*HEADINGS, "yang_perlu_diperbaiki"]
    assert refused[4] == "6474010101990001" and "tidak tercatat" in refused[-1]
    again = files.upload(name="p.csv", chunks=[mended.encode()], by=admin)
    files.step({"file": again.pk})
    again.refresh_from_db()
    assert again.counts["refused"] == 1 and again.state == HeadsFile.State.CHECKED
    book = page.get(f"{sent['Location']}perbaikan.xlsx")
    assert b"".join(book)[:2] == b"PK"


def test_the_example_has_a_line_for_each_vacant_post(cast: Cast, page: Client) -> None:
    told = page.get("/kelola/rt/berkas/contoh.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(told), delimiter=";"))
    codes_told = {row["kode_unit"] for row in rows}
    assert f"{cast.village.code}/001" in codes_told
    assert f"{cast.village.code}/001/001" not in codes_told  # Hasan heads it
    assert next(row for row in rows if row["kode_unit"].endswith("/001"))["jabatan"] == "Ketua RW"


def test_refused_lines_go_after_a_week_and_a_forgotten_file_is_cancelled(
    cast: Cast, admin: User
) -> None:
    file = check(as_csv([line(cast, None, nik="1")]), admin)
    HeadsFile.objects.update(moved_at=file.moved_at - timedelta(days=4))
    files.tidy()
    file.refresh_from_db()
    assert file.state == HeadsFile.State.CANCELLED and file.lines.exists()
    HeadsFile.objects.update(moved_at=file.moved_at - timedelta(days=8))
    files.tidy()
    assert not file.lines.exists()


def test_a_deputy_holds_no_head_post(cast: Cast, admin: User) -> None:
    rt = Unit.objects.get(code=f"{cast.village.code}/001/002")
    post = office.deputy_post(unit=rt)
    assert office.deputy_post(unit=rt) == post
    office.appoint(post=post, user=account(family(cast.village)[0]), since=today(), by=admin)
    assert Holding.objects.get(user=cast.bahar).until is None
    with pytest.raises(RuleBroken):
        office.deputy_post(unit=cast.village)


def test_secretary_and_treasurer_stand_in_the_file_too(cast: Cast, admin: User) -> None:
    secretary, treasurer, other = (family(cast.village, rt=2)[0] for _ in range(3))
    rows = [
        line(cast, secretary, "002", jabatan="Sekretaris RT"),
        line(cast, treasurer, "002", jabatan="Bendahara RT"),
        line(cast, other, "", jabatan="Bendahara", kelurahan=cast.village.name),
    ]
    file = finish(check(as_csv(rows), admin), admin)
    assert file.counts["refused"] == 0
    for person, role, end in (
        (secretary, "sekretaris_rt", "001/002"), (treasurer, "bendahara_rt", "001/002"),
        (other, "bendahara_rt", "/001"),
    ):  # fmt: skip
        holding = Holding.objects.get(user__resident__person=person)
        assert holding.post.role == role and holding.post.unit.code.endswith(end)
    assert Holding.objects.get(user=cast.bahar).until is None
    again = check(as_csv(rows), admin)
    assert again.counts["refused"] == 0 and again.counts["ready"] == 0
