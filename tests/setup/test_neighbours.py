"""The head of an RT is a neighbour from the register; what is written of an official is right."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.errors import RuleBroken
from messaging.models import Outbox
from services.heads import appointing
from services.residents import codes
from services.residents.models import OneTimeCode, Person
from services.web.access import today
from tenants.office import actions as office
from tenants.office.models import Holding, Post, Unit
from tenants.office.queries import next_vacancy
from tenants.registry.models import City
from tests.factories import Cast, family, make_cast, official

NIP = "197503152000031001"


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


@pytest.fixture
def person(cast: Cast) -> Person:
    """Lives in RT 003, which nobody leads; has no account."""
    return family(cast.village, rt=3)[0]


def post_of(person: Person) -> Post:
    return Post.objects.get(unit=person.household.rt, role="ketua_rt")


def send(page: Client, post: Post, **typed: str):
    day = today()
    sent = {"since_0": day.day, "since_1": day.month, "since_2": day.year, **typed}
    return page.post(f"/kelola/pejabat/{post.pk}/", sent)


def test_a_neighbour_is_appointed_by_nik_and_given_a_card(
    page: Client, person: Person, cast: Cast, in_bontang: City, client_for
) -> None:
    post = post_of(person)
    answer = send(page, post, nik=person.nik, phone="0812 3456 7890")
    holding = Holding.objects.get(post=post)
    assert answer.url == f"/kelola/pejabat/kode/{holding.pk}/"
    user = holding.user
    assert user.resident.person == person and user.phone == "0812 3456 7890"
    assert not user.has_usable_password() and user.email == ""
    assert not Outbox.objects.filter(kind="mail.send", payload__to="").exists()
    form = page.get(answer.url).content.decode()
    assert "buat kartu kodenya di sini" in form
    card = page.post(answer.url, {"checked": "ditunjuk"}).content.decode()
    code = card.partition('class="number">')[2][:9]
    phone = client_for(in_bontang)
    sent = {"nik": person.nik, "code": code, "password": "jeruk nipis segar"}
    assert phone.post("/sandi/kode/", sent)["Location"] == "/rt/"
    assert not OneTimeCode.objects.exists()


def test_the_account_there_is_keeps_what_its_owner_wrote(page: Client, cast: Cast) -> None:
    sari = cast.sari
    User.objects.filter(pk=sari.pk).update(phone="0811")
    post = Post.objects.get(holdings__user=cast.bahar)
    answer = send(page, post, nik=cast.sari_person.nik, phone="0822 1111 2222", email="x@y.id")
    assert answer.url == f"/kelola/pejabat/{post.pk}/"
    sari.refresh_from_db()
    assert (sari.phone, sari.email) == ("0811", "sari@example.com")
    assert Holding.objects.get(post=post, until=None).user == sari
    told = Outbox.objects.filter(kind="mail.send", payload__to=sari.email).latest("pk").payload
    assert f"Ketua RT 002 / RW 001, {cast.village.name}" in told["subject"]
    assert "Admin menunjuk Anda" in told["body"]


def test_a_treasurer_is_a_neighbour_with_their_own_account(page: Client, cast: Cast) -> None:
    sari = cast.sari
    post = office.treasurer_post(unit=cast.sari_person.household.rt)
    form = page.get(f"/kelola/pejabat/{post.pk}/").content.decode()
    assert "E-mail tidak diperlukan" in form and "Tunjuk Bendahara" in form
    answer = send(page, post, nik=cast.sari_person.nik)
    assert answer.url == f"/kelola/pejabat/{post.pk}/"
    assert Holding.objects.get(post=post).user == sari
    told = Outbox.objects.filter(kind="mail.send", payload__to=sari.email).latest("pk").payload
    assert "Bendahara" in told["subject"] and "membenarkannya" not in told["body"]


def test_name_and_birth_date_find_a_neighbour_of_the_same_kelurahan(
    page: Client, person: Person, cast: Cast
) -> None:
    post = post_of(person)
    born = f"{person.birth_date:%d-%m-%Y}"
    wrong = send(page, post, name=person.name, birth_date="01-01-1901")
    assert wrong.status_code == 422 and "Tidak ada warga kelurahan ini" in wrong.content.decode()
    other = Unit.objects.filter(kind="kelurahan").order_by("code")[4]
    far = family(other)[0]
    away = send(page, post, name=far.name, birth_date=f"{far.birth_date:%d-%m-%Y}")
    assert "Tidak ada warga kelurahan ini" in away.content.decode()
    assert send(page, post, name=person.name.lower(), birth_date=born).status_code == 302
    assert Holding.objects.get(post=post).user.resident.person == person


def test_of_two_with_one_name_and_birth_date_one_is_chosen(page: Client, person: Person) -> None:
    twin = family(Unit.objects.get(code=person.household.rt.code.partition("/")[0]), rt=4)[0]
    Person.objects.filter(pk=twin.pk).update(name=person.name, birth_date=person.birth_date)
    post = post_of(person)
    typed = {"name": person.name, "birth_date": person.birth_date.isoformat()}
    asked = send(page, post, **typed)
    assert asked.status_code == 422 and "Ada beberapa warga" in asked.content.decode()
    assert Entry.objects.filter(what="person.read", detail__purpose="penunjukan").count() == 2
    assert send(page, post, **typed, who=str(twin.pk)).status_code == 302
    assert Holding.objects.get(post=post).user.resident.person == twin


@pytest.mark.parametrize("status", [codes.Status.DEAD, codes.Status.MOVED])
def test_nobody_who_died_or_moved_leads_an_rt(page: Client, person: Person, status: int) -> None:
    Person.objects.filter(pk=person.pk).update(status=status)
    answer = send(page, post_of(person), nik=person.nik)
    assert answer.status_code == 422 and "meninggal, pindah" in answer.content.decode()
    assert not User.objects.filter(resident__person=person).exists()


def test_no_child_leads_an_rt(page: Client, person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(birth_date=date(2020, 3, 29))
    answer = send(page, post_of(person), nik=person.nik)
    assert answer.status_code == 422 and "belum 17 tahun" in answer.content.decode()
    assert not User.objects.filter(resident__person=person).exists()


def test_nobody_who_died_becomes_an_official(page: Client, cast: Cast, person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(status=codes.Status.DEAD)
    post = Post.objects.get(unit=cast.village, role="sekretaris")
    answer = send(page, post, name="Budi", email="budi@contoh.go.id", nik=person.nik)
    assert answer.status_code == 422 and "sudah meninggal" in answer.content.decode()
    assert not User.objects.filter(login="budi@contoh.go.id").exists()


def test_an_administrator_appoints_nobody_at_their_own_nik(
    admin: User, cast: Cast, person: Person
) -> None:
    from services.residents.officials import identify

    identify(user=admin, nik=person.nik, by=None)
    with pytest.raises(RuleBroken, match="tidak menunjuk dirinya"):
        appointing.appoint_neighbour(post=post_of(person), person=person, by=admin, since=today())


def test_an_rt_without_a_register_is_filled_by_mail(page: Client, person: Person) -> None:
    post = post_of(person)
    day = today()
    sent = {"since_0": day.day, "since_1": day.month, "since_2": day.year + 1,
            "name": "Pak Kusno", "email": "kusno@contoh.id"}  # fmt: skip
    assert page.post(f"/kelola/pejabat/{post.pk}/?method=e-mail", sent).status_code == 302
    mail = Outbox.objects.filter(kind="mail.send", payload__to="kusno@contoh.id").get().payload
    assert (
        post.full_title in mail["body"] and "oleh Admin" in mail["body"]
    )  # takes office next year


def test_a_post_is_called_so_that_nobody_mistakes_it(cast: Cast, person: Person) -> None:
    assert post_of(person).full_title == f"Ketua RT 003 / RW 001, {cast.village.name}"
    rw = Unit.objects.get(code=f"{cast.village.code}/001")
    head = office.open_posts(unit=rw)[0]
    assert head.full_title == f"Ketua RW 001, {cast.village.name}"


def test_the_next_vacant_post_is_offered(cast: Cast, page: Client, person: Person) -> None:
    loket = Post.objects.get(unit=cast.village, role="loket")
    rt2 = Post.objects.get(holdings__user=cast.bahar)
    found = next_vacancy(loket, today())
    assert found is not None and found.title == post_of(person).full_title
    assert f"Tunjuk {found.title}" in page.get(f"/kelola/pejabat/{rt2.pk}/").content.decode()
    Holding.objects.filter(post=loket).delete()
    found = next_vacancy(rt2, today())
    assert found is not None and found.post_id == loket.pk
    office.appoint(post=loket, user=cast.tetangga, since=today() + timedelta(days=3), by=None)
    found = next_vacancy(rt2, today())
    assert found is not None and found.unit_id == person.household.rt_id


def test_details_are_corrected_without_ending_the_post(
    page: Client, cast: Cast, admin: User
) -> None:
    holding = cast.lurah.holdings.get()
    address = f"/kelola/pejabat/ubah/{holding.pk}/"
    sent = {"nip": NIP, "rank": "Penata (III/c)", "decree": "SK 1/2026"}
    assert page.post(address, sent).status_code == 302
    holding.refresh_from_db()
    assert (holding.nip, holding.rank, holding.until) == (NIP, "Penata (III/c)", None)
    entry = Entry.objects.filter(what="post.corrected").get()
    assert (entry.actor_id, entry.detail["changed"]) == (admin.pk, ["nip", "rank", "decree"])
    page.post(address, sent)
    assert Entry.objects.filter(what="post.corrected").count() == 1
    short = page.get(f"/kelola/pejabat/ubah/{cast.hasan.holdings.get().pk}/").content.decode()
    assert "Nomor SK" in short and "NIP" not in short


def test_two_officials_have_two_nips(page: Client, cast: Cast) -> None:
    lurah, camat = cast.lurah.holdings.get(), cast.camat.holdings.get()
    page.post(f"/kelola/pejabat/ubah/{lurah.pk}/", {"nip": NIP})
    answer = page.post(f"/kelola/pejabat/ubah/{camat.pk}/", {"nip": NIP})
    assert answer.status_code == 422 and "sudah dipakai Lurah" in answer.content.decode()
    post = Post.objects.get(unit=cast.village, role="kasi")
    answer = send(page, post, name="Budi", email="budi@contoh.go.id", nip=NIP)
    assert answer.status_code == 422 and "sudah dipakai" in answer.content.decode()
    # The same person in a second post, and a successor after the end: fine.
    office.appoint(post=post, user=cast.lurah, since=today(), by=None, nip=NIP)
    yesterday = today() - timedelta(days=1)
    Holding.objects.filter(user=cast.lurah).update(until=yesterday, since=yesterday)
    office.correct_holding(holding_id=camat.pk, nip=NIP, rank="", decree="", by=cast.camat)


def test_the_menu_stays_at_rt(page: Client, person: Person, cast: Cast) -> None:
    at_rt = page.get(f"/kelola/pejabat/{post_of(person).pk}/").content.decode()
    assert '<a href="/kelola/rt/" aria-current="page">' in at_rt
    end = page.get(f"/kelola/pejabat/akhiri/{cast.hasan.holdings.get().pk}/").content.decode()
    assert '<a href="/kelola/rt/" aria-current="page">' in end
    lurah = page.get(f"/kelola/pejabat/{cast.lurah.holdings.get().post_id}/").content.decode()
    assert '<a href="/kelola/pejabat/" aria-current="page">' in lurah
