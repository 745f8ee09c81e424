"""How long a session lasts, and what a person is told about their account."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts import mfa, passwords, sessions
from accounts.models import User
from messaging.models import Outbox
from tenants.registry.models import City
from tests.factories import Cast, make_cast

PASSWORD = "kata-sandi-uji"
HOUR = 3600


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def rina(cast: Cast, in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    client = client_for(in_bontang)
    client.post("/masuk/", {"username": "rina@contoh.go.id", "password": PASSWORD})
    return client


def age(client: Client, **seconds: int) -> None:
    """Move what the session remembers into the past."""
    session = client.session
    for key, amount in seconds.items():
        session[getattr(sessions, key)] -= amount
    session.save()


def test_a_browser_left_alone_is_signed_out(rina: Client) -> None:
    age(rina, SEEN=59 * 60)
    assert rina.get("/akun/").status_code == 200
    age(rina, SEEN=61 * 60)
    answer = rina.get("/akun/", follow=True)
    assert answer.redirect_chain and "lama tidak dipakai" in answer.content.decode()


def test_nobody_stays_signed_in_for_longer_than_a_days_work(rina: Client) -> None:
    age(rina, BEGAN=9 * HOUR)
    assert rina.get("/akun/").status_code == 200
    age(rina, BEGAN=2 * HOUR)
    assert rina.get("/akun/").status_code == 302


def mails(subject: str) -> list[str]:
    rows = Outbox.objects.filter(kind="mail.send", payload__subject=subject).order_by("pk")
    return [row.payload["to"] for row in rows]


def test_a_changed_password_is_told_by_mail(rina: Client, cast: Cast) -> None:
    passwords.choose_password(user=cast.rina, password="kalimat baru saya")
    assert mails("Kata sandi Anda diganti") == ["rina@contoh.go.id"]


def test_a_changed_address_is_told_to_the_old_one_too(cast: Cast) -> None:
    passwords.change_contact(user=cast.rina, email="Baru@contoh.id", phone="", host_url="http://x")
    told = mails("Alamat e-mail akun Anda diganti")
    assert told[0] == "baru@contoh.id" and len(told) == (2 if cast.rina.email else 1)


def test_the_first_password_of_an_invited_person_is_no_change(in_bontang: City) -> None:
    user = User.objects.create_user("baru@contoh.go.id", None, name="Baru", email="b@contoh.id")
    passwords.choose_password(user=user, password="kalimat baru saya")
    assert mails("Kata sandi Anda diganti") == []


def test_the_second_step_ends_sessions_that_know_only_the_password(
    rina: Client, cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    other = client_for(in_bontang)
    other.post("/masuk/", {"username": "rina@contoh.go.id", "password": PASSWORD})
    device = mfa.enrolment(cast.rina)
    typed = {"code": _code(device), "current": PASSWORD}
    assert rina.post("/akun/dua-langkah/", typed).status_code == 200
    assert rina.get("/akun/").status_code == 200
    assert other.get("/akun/").status_code == 302
    assert mails("Verifikasi dua langkah aktif") == ["rina@contoh.go.id"]
    cast.rina.refresh_from_db()
    assert cast.rina.check_password(PASSWORD)
    mfa.switch_off(cast.rina)
    assert mails("Verifikasi dua langkah dimatikan") == ["rina@contoh.go.id"]


def _code(device: mfa.Phone) -> str:
    return str(mfa.totp(device.bin_key, device.step, device.t0, device.digits)).zfill(6)
