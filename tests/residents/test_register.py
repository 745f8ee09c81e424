"""The register: sealed numbers, accounts, and spreadsheets."""

import csv
import io
from datetime import date

import pytest
from axes.models import AccessAttempt
from cryptography.exceptions import InvalidTag
from django.contrib.auth import authenticate
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from accounts.models import User
from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from services.residents import actions, importing, queries, sealing
from services.residents.models import Household, Person, ResidentAccount
from services.residents.synthetic import Families, Place
from tenants.office.models import Unit
from tenants.registry.scope import in_city
from tests.factories import family

pytestmark = pytest.mark.django_db
PASSWORD = "melati-di-tepi-laut"


def village() -> Unit:
    return Unit.objects.filter(kind__in=["kelurahan", "desa"]).order_by("code")[0]


@pytest.fixture
def person(in_bontang) -> Person:
    return family(village())[0]


def register(person: Person, **changes: object) -> User:
    facts: dict[str, object] = {
        "nik": person.nik,
        "kk_number": person.household.kk_number,
        "birth_date": person.birth_date,
        "password": PASSWORD,
    }
    return actions.register_citizen(**{**facts, **changes})  # type: ignore[arg-type]


def test_sealed_numbers_open_only_in_their_own_city(person, blitar) -> None:
    assert parse_nik(person.nik)
    raw = bytes(person.nik_sealed)
    assert person.nik.encode() not in raw
    with in_city(blitar):
        with pytest.raises(InvalidTag):
            sealing.unseal(raw)
        assert sealing.fingerprint("6474015403890003") != bytes(person.nik_print)


def test_three_matching_facts_open_an_account(person) -> None:
    user = register(person)
    assert ResidentAccount.objects.get(user=user).person == person
    assert person.nik not in user.login
    request = RequestFactory().post("/masuk/")
    assert authenticate(request, username=person.nik, password=PASSWORD) == user
    assert authenticate(request, username=person.nik, password="salah") is None


def test_the_same_resident_cannot_register_twice(person) -> None:
    register(person)
    with pytest.raises(RuleBroken, match="sudah punya akun"):
        register(person)


def test_whatever_does_not_match_gives_the_same_answer(person) -> None:
    other = family(village())[0]
    wrong = [
        {"birth_date": date(1901, 1, 1)},
        {"kk_number": other.household.kk_number},
        {"nik": "6474010101990001"},
    ]
    answers = set()
    for change in wrong:
        with pytest.raises(RuleBroken) as refused:
            register(person, **change)
        answers.add(refused.value.message)
    assert answers == {actions.NO_MATCH}
    assert not User.objects.filter(resident__isnull=False).exists()


def test_guessing_is_stopped(person) -> None:
    for _ in range(6):
        with pytest.raises(RuleBroken, match="belum cocok"):
            register(person, birth_date=date(1901, 1, 1))
    with pytest.raises(RuleBroken, match="Tunggu 15 menit"):
        register(person)


def test_a_crowd_behind_one_address_is_not_locked_out(person) -> None:
    for _ in range(6):
        with pytest.raises(RuleBroken, match="belum cocok"):
            register(family(village())[0], birth_date=date(1901, 1, 1), remote="10.0.0.1")
    assert register(person, remote="10.0.0.1").pk


def test_the_dead_do_not_register(person) -> None:
    Person.objects.filter(pk=person.pk).update(status=2)
    with pytest.raises(RuleBroken, match="belum cocok"):
        register(person)


def test_a_weak_password_is_refused_and_nothing_is_written(person) -> None:
    with pytest.raises(RuleBroken) as refused:
        register(person, password="12345")
    assert refused.value.field == "password"
    assert not ResidentAccount.objects.exists()


def test_an_account_of_one_city_is_nobody_in_another(person, blitar) -> None:
    register(person)
    nik = person.nik
    with in_city(blitar):
        request = RequestFactory().post("/masuk/")
        assert authenticate(request, username=nik, password=PASSWORD) is None


def test_failed_sign_ins_are_counted_without_the_nik(person, bontang, client_for) -> None:
    register(person)
    client_for(bontang).post("/masuk/", {"username": person.nik, "password": "salah"})
    stored = repr(list(AccessAttempt.objects.values()))
    assert AccessAttempt.objects.count() == 1
    assert person.nik not in stored


def test_search_by_nik_and_by_parts_of_the_name(person) -> None:
    area = village().code
    assert list(queries.find(person.nik, unit_code=area)) == [person]
    assert person in queries.find(person.name[:4].lower(), unit_code=area)
    assert not queries.find(person.nik, unit_code=f"{area}/009")


# --- spreadsheets -------------------------------------------------------------------------------


def rows(people: int = 12) -> list[dict[str, str]]:
    place = Place(village().code, 2, 5)
    return Families(seed=3).rows([place, Place(village().code, 2, 6)], people)


def as_csv(table: list[dict[str, str]], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, importing.COLUMNS, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(table: list[dict[str, str]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([name.replace("_", " ").upper() for name in importing.COLUMNS])
    for row in table:
        sheet.append([row[name] for name in importing.COLUMNS])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("form", [as_csv, as_xlsx, lambda table: as_csv(table, ";")])
def test_a_spreadsheet_brings_people_households_and_rts(in_bontang, form) -> None:
    table = rows()
    outcome = importing.import_people(name="warga", content=form(table), actor=None)
    assert (outcome.added, outcome.changed) == (len(table), 0)
    assert Household.objects.count() == outcome.households == len({r["no_kk"] for r in table})
    first = queries.person_by_nik(table[0]["nik"])
    assert first is not None
    assert first.name == table[0]["nama"]
    assert first.household.rt.name == "RT 005"
    assert queries.facts_of(first)["rw"] == "002"


def test_a_file_without_a_column_leaves_what_is_known(in_bontang) -> None:
    table = rows()
    table[0] |= {"kewarganegaraan": "WNA", "penduduk_sejak": "03-02-2019"}
    importing.import_people(name="a.csv", content=as_csv(table), actor=None)
    (person,) = queries.find(table[0]["nik"], unit_code=village().code)
    later = {"kewarganegaraan", "penduduk_sejak"}
    short = [{name: row[name] for name in row if name not in later} for row in table]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(short[0]))
    writer.writeheader()
    writer.writerows(short)
    importing.import_people(name="b.csv", content=out.getvalue().encode(), actor=None)
    person.refresh_from_db()
    assert (person.citizenship, person.resident_since) == (2, date(2019, 2, 3))


def test_a_row_that_ends_early_speaks_for_no_other(in_bontang) -> None:
    table = rows()
    later = ("kewarganegaraan", "penduduk_sejak")
    table = [
        {name: row[name] for name in row if name not in later} | dict.fromkeys(later, "")
        for row in table
    ]
    for year in (2019, 2020):  # new people, then known ones
        table[1] |= {"kewarganegaraan": "WNA", "penduduk_sejak": f"03-02-{year}"}
        lines = as_csv(table).decode().splitlines()
        lines[1] = lines[1].rstrip(",")
        importing.import_people(name="a.csv", content="\n".join(lines).encode(), actor=None)
        person = queries.person_by_nik(table[1]["nik"])
        assert person is not None
        assert (person.citizenship, person.resident_since) == (2, date(year, 2, 3))


def test_the_same_file_again_brings_nobody_twice(in_bontang) -> None:
    table = rows()
    importing.import_people(name="warga", content=as_csv(table), actor=None)
    table[0]["nama"] = "Nama Baru"
    again = importing.import_people(name="warga", content=as_csv(table), actor=None)
    assert (again.added, again.changed) == (0, len(table))
    changed = queries.person_by_nik(table[0]["nik"])
    assert changed is not None
    assert changed.name == "Nama Baru"


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("nik", "123", "16 angka"),
        ("nama", "", "kolom nama kosong"),
        ("tanggal_lahir", "kemarin", "14-03-1989"),
        ("kelurahan", "Atlantis", "tidak ada di daerah ini"),
        ("rt", "x", "RT “x” harus angka"),
        ("agama", "Jedi", "agama “Jedi” tidak dikenal"),
    ],
)
def test_one_wrong_row_stops_the_file_and_is_named(in_bontang, column, value, message) -> None:
    table = rows()
    table[3][column] = value
    with pytest.raises(importing.ImportRefused) as refused:
        importing.import_people(name="warga", content=as_csv(table), actor=None)
    ((line, said),) = refused.value.problems
    assert line == 5
    assert message in said
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 not a workbook", b"\xff\xfe\x00nonsense", b"nama,alamat\nSari,Jalan", b"\0"],
)
def test_what_is_no_table_is_refused(in_bontang, content) -> None:
    with pytest.raises(importing.ImportRefused):
        importing.import_people(name="x.xlsx", content=content, actor=None)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_without_a_crash(content) -> None:
    with pytest.raises(importing.ImportRefused):
        importing.read_table("x", content)


def test_invented_people_have_valid_unique_numbers() -> None:
    table = Families(seed=1).rows([Place("64.74.01.1001", 1, 1)], 300)
    assert len({row["nik"] for row in table}) == len(table)
    for row in table:
        nik = parse_nik(row["nik"])
        assert nik.matches(date.fromisoformat(row["tanggal_lahir"]))
        assert nik.female == (row["jenis_kelamin"] == "2")
    assert table == Families(seed=1).rows([Place("64.74.01.1001", 1, 1)], 300)
