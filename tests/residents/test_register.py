"""The register: sealed numbers, accounts, and finding people."""

from datetime import date

import pytest
from axes.models import AccessAttempt
from cryptography.exceptions import InvalidTag
from django.contrib.auth import authenticate
from django.test import RequestFactory

from accounts.models import User
from deploy.local.synthetic import Families, Place
from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from services.applications.household import house_of
from services.residents import actions, codes, guesses, queries, sealing
from services.residents.models import Person, ResidentAccount
from tenants.backend.scope import in_city
from tenants.office.models import Unit
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


def test_invented_people_have_valid_unique_numbers() -> None:
    table = Families(seed=1).rows([Place("64.74.01.1001", 1, 1)], 300)
    assert len({row["nik"] for row in table}) == len(table)
    for row in table:
        nik = parse_nik(row["nik"])
        assert nik.matches(date.fromisoformat(row["tanggal_lahir"]))
        assert nik.female == (row["jenis_kelamin"] == "2")
    assert table == Families(seed=1).rows([Place("64.74.01.1001", 1, 1)], 300)


# --- the dead, and those who moved ----------------------------------------------------------------

NOT_RESIDENTS = [status for status in codes.Status if status != codes.Status.ALIVE]


@pytest.fixture(params=NOT_RESIDENTS, ids=lambda status: status.name)
def gone(request: pytest.FixtureRequest, person: Person) -> Person:
    person.status = request.param
    person.save()
    return person


def test_who_does_not_live_here_opens_no_account(gone) -> None:
    with pytest.raises(RuleBroken, match="belum cocok"):
        register(gone)


def test_who_does_not_live_here_is_found_by_nobody(gone) -> None:
    assert queries.person_by_nik(gone.nik) is None
    assert queries.record_by_nik(gone.nik) == gone


def test_an_account_of_somebody_who_does_not_live_here_cannot_sign_in(person) -> None:
    register(person)
    Person.objects.filter(pk=person.pk).update(status=codes.Status.MOVED)
    request = RequestFactory().post("/masuk/")
    with pytest.raises(RuleBroken, match="bukan lagi penduduk"):
        authenticate(request, username=person.nik, password=PASSWORD)
    assert authenticate(request, username=person.nik, password="salah") is None


def test_who_does_not_live_here_is_neither_head_nor_member(in_bontang) -> None:
    people = next(found for _ in range(20) if len(found := family(village())) > 2)
    head, wife, *_ = people
    assert queries.facts_of(wife)["kepala_keluarga"] == head.name
    Person.objects.filter(pk=head.pk).update(status=codes.Status.DEAD)
    assert queries.facts_of(wife)["kepala_keluarga"] == ""
    members = house_of(wife, today=date(2026, 11, 29)).members
    assert str(head.pk) not in members
    assert str(wife.pk) in members


def test_of_many_tries_at_one_moment_only_the_allowed_number_is_judged(person) -> None:
    """A try is counted before it is judged: nobody reads the count before others added theirs."""
    key = f"register:{bytes(person.nik_print).hex()}"
    for _ in range(6):
        guesses.count(key, 6, minutes=15)
    with pytest.raises(RuleBroken, match="Tunggu 15 menit"):
        register(person)


def test_a_right_try_is_not_counted(person) -> None:
    for _ in range(8):
        with pytest.raises(RuleBroken, match=r"sandi|kata"):
            register(person, password="12345")
    assert register(person).pk
