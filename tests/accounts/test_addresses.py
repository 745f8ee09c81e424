"""Links that choose a password go to addresses whose owner has proven them."""

import itertools
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts import addresses, passwords
from accounts.models import User
from audit.models import Entry
from kernel.errors import RuleBroken
from messaging.models import Outbox
from services.residents.actions import register_citizen
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import account, family

HOST = "http://bontang.localhost"
PASSWORD = "kata-sandi-uji"
Enter = Callable[[User], Client]


@pytest.fixture
def sari(in_bontang: City) -> User:
    """Her address was stored before addresses were proven."""
    return account(family(Unit.objects.filter(kind="kelurahan")[0])[0], "sari@example.com")


@pytest.fixture
def as_(in_bontang: City, client_for: Callable[[City], Client]) -> Enter:
    def enter(user: User) -> Client:
        client = client_for(in_bontang)
        client.force_login(user, "services.residents.backends.NikBackend")
        return client

    return enter


def mails() -> list[dict[str, str]]:
    return [row.payload for row in Outbox.objects.filter(kind="mail.send").order_by("pk")]


def link_in(mail: dict[str, str]) -> str:
    found = re.search(r"(/akun/e-mail/\S+/)", mail["body"])
    assert found is not None
    return found[1]


def ask(email: str = "sari@example.com") -> None:
    passwords.send_reset(email=email, host_url=HOST, remote="203.0.113.7")


def test_an_unproven_address_gets_the_way_to_prove_it_and_no_password_link(sari: User) -> None:
    ask()
    (mail,) = mails()
    assert "/sandi/" not in mail["body"] and "loket" in mail["body"]
    assert link_in(mail)
    key = Outbox.objects.get(kind="mail.send").key
    assert link_in(mail).split("/")[-2] not in key


def test_a_proven_address_gets_the_link(sari: User, as_: Enter) -> None:
    addresses.ask_for_proof(sari, host_url=HOST)
    link = link_in(mails()[0])
    client = as_(sari)
    assert "Ya, ini alamat saya" in client.get(link).content.decode()
    sari.refresh_from_db()
    assert sari.has_unproven_email  # looking is not proving
    assert client.post(link).status_code == 302
    sari.refresh_from_db()
    assert not sari.has_unproven_email
    assert Entry.objects.filter(what="address.proven", actor_id=sari.pk).count() == 1
    ask()
    assert "/sandi/" in mails()[-1]["body"]
    # Once only.
    assert "sudah dikonfirmasi" in client.get(link).content.decode()
    with pytest.raises(RuleBroken, match="tidak berlaku lagi"):
        addresses.prove(user=sari, token=link.split("/")[-2])


def test_a_stranger_who_got_the_mail_proves_nothing(
    sari: User, as_: Enter, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    addresses.ask_for_proof(sari, host_url=HOST)
    link = link_in(mails()[0])
    stranger = client_for(in_bontang)
    assert stranger.post(link)["Location"].startswith("/masuk/?next=/akun/e-mail/")
    neighbour = account(family(Unit.objects.filter(kind="kelurahan")[0])[0], "sari@example.com")
    other = as_(neighbour)
    assert "untuk akun lain" in other.get(link).content.decode()
    assert other.post(link).status_code == 422
    for user in (sari, neighbour):
        user.refresh_from_db()
        assert user.has_unproven_email


def test_a_link_proves_the_address_it_was_sent_to_and_no_later_one(sari: User) -> None:
    token = addresses.proving_path(sari).split("/")[-2]
    passwords.change_contact(user=sari, email="lain@example.com", phone="", host_url=HOST)
    sari.refresh_from_db()
    with pytest.raises(RuleBroken, match="tidak berlaku lagi"):
        addresses.prove(user=sari, token=token)


def test_a_changed_address_is_to_be_proven_anew(sari: User) -> None:
    User.objects.filter(pk=sari.pk).update(proven_email="sari@example.com")
    sari.refresh_from_db()
    passwords.change_contact(user=sari, email="baru@example.com", phone="", host_url=HOST)
    assert any(mail["to"] == "baru@example.com" and link_in(mail) for mail in mails()
               if "/akun/e-mail/" in mail["body"])  # fmt: skip
    before = len(mails())
    ask("sari@example.com")
    assert len(mails()) == before  # no longer this account's
    ask("baru@example.com")
    assert "/sandi/" not in mails()[-1]["body"]
    count = len(mails())
    sari.refresh_from_db()
    passwords.change_contact(user=sari, email="baru@example.com", phone="0812", host_url=HOST)
    assert len(mails()) == count  # the address stays: no further mail


def test_registration_brings_one_mail_and_no_further_step(in_bontang: City) -> None:
    person = family(Unit.objects.filter(kind="kelurahan")[0])[0]
    user = register_citizen(
        nik=person.nik, kk_number=person.household.kk_number, birth_date=person.birth_date,
        password="jeruk nipis segar", email="baru@example.com",
    )  # fmt: skip
    (mail,) = mails()
    assert mail["to"] == "baru@example.com" and in_bontang.url(link_in(mail)) in mail["body"]
    assert user.has_unproven_email


def test_without_an_address_nothing_is_sent(in_bontang: City) -> None:
    person = family(Unit.objects.filter(kind="kelurahan")[0])[0]
    register_citizen(
        nik=person.nik, kk_number=person.household.kk_number, birth_date=person.birth_date,
        password="jeruk nipis segar",
    )  # fmt: skip
    assert mails() == []


def test_the_login_of_staff_needs_no_proof(in_bontang: City) -> None:
    rina = User.objects.create_user("rina@contoh.go.id", PASSWORD, name="Rina")
    ask("rina@contoh.go.id")
    assert "/sandi/" in mails()[0]["body"]
    User.objects.filter(pk=rina.pk).update(email="pribadi@example.com")
    ask("pribadi@example.com")
    assert "/sandi/" not in mails()[1]["body"]


def test_the_account_page_offers_the_link_again_a_few_times(
    sari: User, as_: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, clock = as_(sari), itertools.count()
    moment = datetime(2026, 11, 23, 9)  # each link its own second
    monkeypatch.setattr(addresses._tokens, "_now", lambda: moment + timedelta(seconds=next(clock)))
    assert "belum dikonfirmasi" in client.get("/akun/").content.decode()
    for _ in range(addresses.MAILS_PER_HOUR + 2):
        answer = client.post("/akun/", {"part": "konfirmasi"}, follow=True)
    assert "Terlalu sering diminta" in answer.content.decode()
    assert len(mails()) == addresses.MAILS_PER_HOUR
    User.objects.filter(pk=sari.pk).update(proven_email="sari@example.com")
    assert "belum dikonfirmasi" not in client.get("/akun/").content.decode()
