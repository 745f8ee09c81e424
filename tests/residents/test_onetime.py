"""A code from the counter: for whom, by whom, and how often it opens anything."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from accounts import mfa
from accounts.models import Phone, User
from audit.models import Entry
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from messaging.models import Outbox
from services.heads.appointing import appoint_neighbour
from services.residents import onetime
from services.residents.models import OneTimeCode, Person
from services.residents.officials import identify
from tenants.backend.scope import in_city
from tenants.office.actions import appoint
from tenants.office.models import Post, Unit
from tests.factories import SINCE, Cast, account, family, make_cast, official

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TODAY = AT.date()
PASSWORD = "jeruk nipis segar"


@pytest.fixture
def cast(in_bontang) -> Cast:
    return make_cast()


def make(cast: Cast, person: Person, by: User | None = None, checked: str = "ktp") -> str:
    by = by or cast.rina
    handed = onetime.make(person_id=person.pk, checked=checked, by=by, at=AT, today=TODAY)
    return handed.in_groups


def redeem(person: Person, code: str, at: datetime = AT, password: str = PASSWORD) -> User:
    return onetime.redeem(nik=person.nik, code=code, password=password, remote="203.0.113.7", at=at)


def test_a_code_gives_a_password_once(cast: Cast) -> None:
    code = make(cast, cast.sari_person)
    user = redeem(cast.sari_person, code.lower().replace("-", " "))
    assert user == cast.sari and user.check_password(PASSWORD)
    with pytest.raises(RuleBroken, match="tidak cocok"):
        redeem(cast.sari_person, code, password="kalimat yang lain")
    assert not OneTimeCode.objects.exists()


def test_only_a_keyed_hash_is_kept(cast: Cast) -> None:
    code = make(cast, cast.sari_person).replace("-", "")
    kept = OneTimeCode.objects.get()
    assert code.encode() not in bytes(kept.digest) and len(bytes(kept.digest)) == 32
    told = " ".join(str(row.payload) + row.key for row in Outbox.objects.all())
    assert code not in told and "-".join((code[:4], code[4:])) not in told
    assert code not in str(list(Entry.objects.values_list("detail", flat=True)))


def test_a_code_ends_after_half_an_hour_and_with_the_next(cast: Cast) -> None:
    first = make(cast, cast.sari_person)
    second = make(cast, cast.sari_person)
    with pytest.raises(RuleBroken, match="tidak cocok"):
        redeem(cast.sari_person, first)
    with pytest.raises(RuleBroken, match="tidak cocok"):
        redeem(cast.sari_person, second, at=AT + timedelta(minutes=30))
    assert redeem(cast.sari_person, second, at=AT + timedelta(minutes=29)) == cast.sari


def test_a_code_ends_when_the_password_changes_otherwise(cast: Cast) -> None:
    code = make(cast, cast.sari_person)
    cast.sari.set_password("dipilih lewat tautan")
    cast.sari.save()
    with pytest.raises(RuleBroken, match="tidak cocok"):
        redeem(cast.sari_person, code)


def test_a_code_opens_no_other_account(cast: Cast) -> None:
    code = make(cast, cast.sari_person)
    with pytest.raises(RuleBroken, match="tidak cocok"):
        redeem(cast.tetangga.resident.person, code)


def test_guesses_are_counted_even_when_the_right_code_comes_last(cast: Cast) -> None:
    code = make(cast, cast.sari_person)
    for _ in range(onetime.TRIES_PER_ACCOUNT):
        with pytest.raises(RuleBroken, match="tidak cocok"):
            redeem(cast.sari_person, "AAAA-AAAA")
    with pytest.raises(RuleBroken, match="Terlalu banyak percobaan"):
        redeem(cast.sari_person, code)


def test_one_address_guesses_at_a_limited_number_of_accounts(cast: Cast, settings) -> None:
    niks = [cast.sari_person.nik, cast.tetangga.resident.person.nik]
    people = [*niks, *(family(cast.village)[0].nik for _ in range(6))]
    refused = []
    for number in range(onetime.TRIES_PER_ADDRESS + 1):
        with pytest.raises(RuleBroken) as wrong:
            onetime.redeem(nik=people[number % 8], code="AAAAAAAA", password=PASSWORD,
                           remote="203.0.113.9", at=AT)  # fmt: skip
        refused.append(wrong.value.message)
    assert "Terlalu banyak" in refused[-1] and "tidak cocok" in refused[-2]


def test_a_weak_password_leaves_the_code_as_it_was(cast: Cast) -> None:
    code = make(cast, cast.sari_person)
    with pytest.raises(RuleBroken) as weak:
        redeem(cast.sari_person, code, password="1234567890")
    assert weak.value.field == "password"
    assert redeem(cast.sari_person, code) == cast.sari


def test_a_counter_helps_only_its_own_area(cast: Cast) -> None:
    found = onetime.find_for_counter(nik=cast.sari_person.nik, by=cast.rina, today=TODAY)
    assert found == cast.sari_person
    kecamatan = cast.loket_kecamatan
    assert onetime.find_for_counter(nik=found.nik, by=kecamatan, today=TODAY) == found
    other = Unit.objects.filter(kind="kelurahan").order_by("code")[3]
    stranger = official("loket-lain", other, "loket")
    for by in (stranger, cast.lurah, cast.camat, cast.hasan, cast.tetangga, cast.petugas):
        with pytest.raises(NotThere):
            onetime.find_for_counter(nik=found.nik, by=by, today=TODAY)
        with pytest.raises(NotThere):
            make(cast, found, by=by)


def test_an_area_is_no_beginning_of_a_code(cast: Cast) -> None:
    short = Unit.objects.create(kind="kelurahan", code=cast.village.code[:-1], name="Kelurahan X")
    Post.objects.create(unit=short, role="loket", title="Petugas Loket X")
    with pytest.raises(NotThere):
        make(cast, cast.sari_person, by=official("loket-x", short, "loket"))


def test_nobody_makes_a_code_for_themselves(cast: Cast) -> None:
    identify(user=cast.rina, nik=cast.sari_person.nik, by=None)
    with pytest.raises(RuleBroken, match="diri sendiri"):
        make(cast, cast.sari_person)
    unknown = official("sama", cast.village, "loket")
    User.objects.filter(pk=unknown.pk).update(name=cast.tetangga.resident.person.name)
    unknown.refresh_from_db()
    with pytest.raises(RuleBroken, match="diri sendiri"):
        make(cast, cast.tetangga.resident.person, by=unknown)


def hold(person: Person, unit: Unit, role: str) -> User:
    """The account of a resident, who also holds a post."""
    user = account(person)
    appoint(post=Post.objects.filter(unit=unit, role=role).first(), user=user, since=SINCE, by=None)
    return user


def test_officials_are_helped_by_the_administrator_and_ketua_rt_by_the_counter(cast: Cast) -> None:
    city = Unit.objects.get(kind=Unit.Kind.CITY)
    admin = official("admin", city, "admin")
    secretary, head, second = (family(cast.village)[0] for _ in range(3))
    hold(secretary, cast.village, "sekretaris")
    family(cast.village, rt=3)
    hold(head, Unit.objects.get(code=f"{cast.village.code}/001/003"), "ketua_rt")
    hold(second, city, "admin")
    with pytest.raises(RuleBroken, match="memegang jabatan"):
        make(cast, secretary)
    assert make(cast, secretary, by=admin) and make(cast, head)
    with pytest.raises(NotThere, match="petugas loket"):
        make(cast, head, by=admin)
    User.objects.filter(resident__person=head).update(password="!")  # just appointed
    assert make(cast, head, by=admin)
    for by in (admin, cast.rina):
        with pytest.raises(RuleBroken, match="Akun admin"):
            make(cast, second, by=by)
    with pytest.raises(NotThere):
        make(cast, cast.sari_person, by=admin)  # residents go to the counter


def test_an_administrator_opens_no_residents_account_by_appointing_them(cast: Cast) -> None:
    admin = official("admin", Unit.objects.get(kind=Unit.Kind.CITY), "admin")
    post = Post.objects.get(holdings__user=cast.bahar)
    appoint_neighbour(post=post, person=cast.sari_person, by=admin, since=TODAY)
    for checked in OneTimeCode.Checked.values:
        with pytest.raises(NotThere, match="petugas loket"):
            make(cast, cast.sari_person, by=admin, checked=checked)
    assert not OneTimeCode.objects.exists()


def test_operators_and_those_who_left_get_none(cast: Cast) -> None:
    User.objects.filter(pk=cast.tetangga.pk).update(is_operator=True)
    with pytest.raises(RuleBroken, match="Akun admin"):
        make(cast, cast.tetangga.resident.person)
    Person.objects.filter(pk=cast.sari_person.pk).update(status=3)
    with pytest.raises(RuleBroken, match="bukan lagi penduduk"):
        make(cast, cast.sari_person)
    with pytest.raises(RuleBroken, match="belum punya akun"):
        make(cast, family(cast.village)[0])


def test_how_identity_was_checked_is_noted(cast: Cast) -> None:
    with pytest.raises(RuleBroken) as unchecked:
        make(cast, cast.sari_person, checked="percaya")
    assert unchecked.value.field == "checked"
    make(cast, cast.sari_person, checked="ikd")
    entry = Entry.objects.get(what="code.made")
    assert (entry.actor_id, entry.detail) == (cast.rina.pk, {"checked": "ikd"})
    mail = Outbox.objects.filter(kind="mail.send").latest("pk").payload
    assert mail["to"] == "sari@example.com" and "Rina" in str(mail)


def test_the_first_code_of_somebody_appointed_lasts_three_days(cast: Cast) -> None:
    admin = official("admin", Unit.objects.get(kind=Unit.Kind.CITY), "admin")
    user = User.objects.get(pk=cast.tetangga.pk)
    person = user.resident.person
    appoint(post=Post.objects.get(holdings__user=cast.bahar), user=user,
            since=SINCE + timedelta(days=9), by=None)  # fmt: skip
    code = make(cast, person, checked="ditunjuk")
    with pytest.raises(RuleBroken, match="tidak cocok"):  # has a password: half an hour
        redeem(person, code, at=AT + timedelta(hours=1))
    user.set_unusable_password()
    user.save()
    code = make(cast, person, by=admin, checked="ditunjuk")
    assert redeem(person, code, at=AT + timedelta(days=2)) == user


# --- pages ---------------------------------------------------------------------------------------


def test_the_counter_finds_checks_and_hands_out(cast: Cast, in_bontang, client_for) -> None:
    desk, phone, old = client_for(in_bontang), client_for(in_bontang), client_for(in_bontang)
    desk.force_login(cast.rina, "accounts.backends.LoginBackend")
    old.force_login(cast.sari, "services.residents.backends.NikBackend")
    nik = cast.sari_person.nik
    assert "Kode masuk warga" in desk.get("/meja/").content.decode()
    found = desk.post("/meja/kode/", {"nik": nik})
    assert "Minta KTP-nya" in found.content.decode()
    assert Entry.objects.filter(what="person.read", detail__purpose="kode").count() == 1
    missing = desk.post("/meja/kode/", {"nik": nik, "make": "1"})
    assert missing.status_code == 422 and not OneTimeCode.objects.exists()
    card = desk.post("/meja/kode/", {"nik": nik, "make": "1", "checked": "ktp"})
    assert "no-store" in card["Cache-Control"]
    code = card.content.decode().partition('class="number">')[2][:9]
    # The administrator's choice is not the counter's.
    refused = desk.post("/meja/kode/", {"nik": nik, "make": "1", "checked": "ditunjuk"})
    assert refused.status_code == 422

    expires = OneTimeCode.objects.get().expires_at
    assert expires - now() < timedelta(minutes=31)
    assert "sandi/kode" in phone.get("/sandi/").content.decode()
    sent = {"nik": nik, "code": code, "password": PASSWORD}
    answer = phone.post("/sandi/kode/", sent)
    assert answer.status_code == 302 and phone.get("/permohonan/").status_code == 200
    assert old.get("/permohonan/").status_code == 302  # signed out
    reads = phone.get("/akses/").content.decode()
    assert "membuat kode untuk memilih kata sandi" in reads and "diganti dengan kode" in reads
    again = client_for(in_bontang).post("/sandi/kode/", sent)
    assert again.status_code == 422 and "tidak cocok" in again.content.decode()


def test_other_desks_have_no_such_page(cast: Cast, in_bontang, client_for) -> None:
    client = client_for(in_bontang)
    for user, refused in (
        (cast.lurah, 404), (cast.petugas, 404), (cast.hasan, 403), (cast.sari, 403)
    ):  # fmt: skip
        client.force_login(user, "accounts.backends.LoginBackend")
        assert client.get("/meja/kode/").status_code == refused
        assert client.post("/meja/kode/", {"nik": cast.sari_person.nik}).status_code == refused


def test_a_second_step_is_asked_for_as_ever(
    cast: Cast, in_bontang, client_for, monkeypatch
) -> None:
    monkeypatch.setattr(mfa, "may_enrol", lambda _user: True)  # not offered to residents today
    Phone.objects.create(user=cast.sari, name="ponsel", confirmed=True)
    assert mfa.is_enrolled(cast.sari)
    code = onetime.make(
        person_id=cast.sari_person.pk, checked="ktp", by=cast.rina, at=now(), today=now().date()
    ).code
    client = client_for(in_bontang)
    sent = {"nik": cast.sari_person.nik, "code": code, "password": PASSWORD}
    assert client.post("/sandi/kode/", sent)["Location"] == "/masuk/kode/"
    assert client.get("/permohonan/").status_code == 302


def test_the_administrator_prints_a_card(cast: Cast, in_bontang, client_for) -> None:
    admin = official("admin", Unit.objects.get(kind=Unit.Kind.CITY), "admin")
    person = family(cast.village)[0]
    user = hold(person, cast.village, "sekretaris")
    holding = user.holdings.get()
    client = client_for(in_bontang)
    client.force_login(admin, "accounts.backends.LoginBackend")
    assert "Buat kode masuk" in client.get(f"/kelola/pejabat/{holding.post_id}/").content.decode()
    page = client.post(f"/kelola/pejabat/kode/{holding.pk}/", {"checked": "ktp"}).content.decode()
    assert in_bontang.url("/sandi/kode/") in page
    mine = cast.rina.holdings.get()  # signs in with an e-mail address
    assert client.get(f"/kelola/pejabat/kode/{mine.pk}/").status_code == 404


def test_of_two_redemptions_at_once_one_counts(committed, bontang) -> None:
    with in_city(bontang):
        cast = make_cast()
        nik, code = cast.sari_person.nik, make(cast, cast.sari_person)
    ready, outcomes = threading.Barrier(2), []

    def run(password: str) -> None:
        try:
            with in_city(bontang):
                ready.wait()
                onetime.redeem(nik=nik, code=code, password=password, remote="", at=AT)
            outcomes.append(password)
        except RuleBroken:
            outcomes.append("")
        finally:
            connections.close_all()

    words = ("jeruk nipis satu", "jeruk nipis dua")
    threads = [threading.Thread(target=run, args=(word,)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bool(one) for one in outcomes) == [False, True]
    with in_city(bontang):
        assert User.objects.get(pk=cast.sari.pk).check_password(next(filter(None, outcomes)))
