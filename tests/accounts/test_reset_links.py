"""A link to choose a password reaches only whom it is for."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from accounts import mfa, passwords
from accounts.models import Phone, User
from kernel.errors import RuleBroken
from messaging.models import Outbox
from tenants.backend.scope import in_city
from tenants.registry.models import City

HOST = "http://bontang.localhost"


@pytest.fixture
def siti(in_bontang: City) -> User:
    return User.objects.create_user(
        "siti.lurah@gmail.com", "kalimat lama saya", name="dr. SITI RAHMA",
        email="siti.lurah@gmail.com",
    )  # fmt: skip


def mails() -> list[dict[str, str]]:
    return [row.payload for row in Outbox.objects.filter(kind="mail.send").order_by("pk")]


def ask(email: str) -> None:
    passwords.send_reset(email=email, host_url=HOST, remote="203.0.113.7")


@pytest.mark.parametrize(
    "typed", ["siti.lurah@gmaıl.com", "sıti.lurah@gmail.com", "SİTİ.LURAH@gmail.com"]
)
def test_a_look_alike_address_gets_no_link(siti: User, typed: str) -> None:
    ask(typed)
    assert mails() == []


@pytest.mark.parametrize(
    "typed", ["SITI.Lurah@gmail.com ", "ſiti.lurah@gmail.com", "siti.lurah@gmail.com\u200b"]
)
def test_a_link_goes_to_the_stored_address_however_it_was_typed(siti: User, typed: str) -> None:
    ask(typed)
    assert [mail["to"] for mail in mails()] == ["siti.lurah@gmail.com"]


def test_the_page_refuses_an_address_with_a_look_alike_letter(
    siti: User, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    page = client_for(in_bontang).post("/sandi/", {"email": "siti.lurah@gmaıl.com"})
    assert page.status_code == 422 and "hanya memakai huruf" in page.content.decode()
    assert mails() == []


def test_spellings_of_one_address_share_one_limit(siti: User) -> None:
    spellings = ("siti.lurah@gmail.com", "ſiti.lurah@gmail.com", "SITI.LURAH@gmail.com")
    for number in range(passwords.MAILS_PER_HOUR):
        ask(spellings[number % 3])
    with pytest.raises(RuleBroken, match="Terlalu sering"):
        ask(spellings[1])


def test_each_person_of_a_shared_address_gets_a_mail_with_their_name(in_bontang: City) -> None:
    for number in range(7):
        User.objects.create_user(
            f"nik:{number:064x}", None, name=f"WARGA{number} CONTOH",
            email="keluarga@contoh.id", proven_email="keluarga@contoh.id",
        )  # fmt: skip
    ask("keluarga@contoh.id")
    assert [mail["subject"] for mail in mails()] == [
        f"Atur ulang kata sandi Warga{number}" for number in range(7)
    ]


def test_no_account_is_stored_with_a_look_alike_address(in_bontang: City) -> None:
    with pytest.raises(RuleBroken, match="hanya memakai huruf"), transaction.atomic():
        User.objects.create_user("siti@gmaıl.com", None, name="Siti")
    user = User.objects.create_user(" Siti@Gmail.com\u200b", None, name="Siti", email="A@B.ID")
    assert (user.login, user.email) == ("siti@gmail.com", "a@b.id")
    with pytest.raises(RuleBroken, match="hanya memakai huruf"):
        User.objects.filter(pk=user.pk).update(email="siti@gmaıl.com")


def test_a_link_counts_once_also_under_the_lock(siti: User) -> None:
    uid, token = passwords.set_password_path(siti).strip("/").split("/")[1:]
    chosen = passwords.choose_by_link(uid=uid, token=token, password="kalimat baru saya")
    assert chosen == siti and chosen.check_password("kalimat baru saya")
    assert passwords.choose_by_link(uid=uid, token=token, password="kalimat lain saya") is None


def test_a_link_asks_for_the_second_step_where_there_is_one(
    siti: User, bontang: City, client_for: Callable[[City], Client]
) -> None:
    with in_city(bontang):
        Phone.objects.create(user=siti, name=mfa.PHONE, confirmed=True)
        link = passwords.set_password_path(siti)
    client = client_for(bontang)
    answer = client.post(link, {"password": "kalimat baru saya"})
    assert answer["Location"] == "/masuk/kode/"
    assert client.get("/akun/").status_code == 302
