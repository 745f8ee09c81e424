"""Guessing passwords: counted per account, per address and per spelling of a NIK."""

import threading
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from accounts import attempts, hashers
from accounts.backends import identity_of
from kernel.nik import parse_nik
from tenants.registry.models import City
from tests.factories import Cast, make_cast

PASSWORD = "kata-sandi-uji"


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def visitor(in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    return client_for(in_bontang)


def try_(client: Client, username: str, address: str, password: str = "salah sekali") -> int:
    typed = {"username": username, "password": password}
    return client.post("/masuk/", typed, REMOTE_ADDR=address).status_code


def test_every_spelling_of_a_nik_is_one_account(cast: Cast, visitor: Client) -> None:
    nik = cast.sari_person.nik
    for _ in range(settings.AXES_FAILURE_LIMIT):
        try_(visitor, nik, "203.0.113.7")
    for typed in (f"{nik[:1]}.{nik[1:]}", f"{nik[:6]}-{nik[6:]}", f" {nik[:3]} {nik[3:]}\u200b"):
        assert parse_nik(typed).digits == nik
        assert identity_of(typed) == identity_of(nik)
        assert try_(visitor, typed, "203.0.113.7", PASSWORD) == 429


def test_every_spelling_of_an_address_is_one_account(cast: Cast, visitor: Client) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        try_(visitor, "rina@contoh.go.id", "203.0.113.7")
    assert try_(visitor, "RINA@contoh.go.id\u200b", "203.0.113.7", PASSWORD) == 429


def test_an_ipv6_network_counts_as_one_address(cast: Cast, visitor: Client) -> None:
    answers = [
        try_(visitor, "rina@contoh.go.id", f"2001:db8:1:2::{n:x}")
        for n in range(1, settings.AXES_FAILURE_LIMIT + 2)
    ]
    assert answers[-1] == 429


def test_guesses_from_many_addresses_lock_an_account(
    cast: Cast, visitor: Client, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    assert try_(visitor, "rina@contoh.go.id", "198.51.100.9", PASSWORD) == 302
    visitor.post("/keluar/")
    most = attempts.PER_ACCOUNT[0][0]
    answers = [try_(Client(HTTP_HOST=in_bontang.host), "rina@contoh.go.id", f"10.0.{n}.1")
               for n in range(most + 1)]  # fmt: skip
    assert answers[:most] == [422] * most and answers[-1] == 429
    stranger = client_for(in_bontang)
    assert try_(stranger, "rina@contoh.go.id", "10.9.9.9", PASSWORD) == 429
    # Her own browser is known: nobody can lock her out of it from elsewhere.
    assert try_(visitor, "rina@contoh.go.id", "198.51.100.9", PASSWORD) == 302


def test_spraying_many_accounts_from_one_address_is_stopped(visitor: Client, cast: Cast) -> None:
    most = attempts.PER_ADDRESS[0][0]
    answers = [try_(visitor, f"orang{n}@contoh.go.id", "203.0.113.8") for n in range(most + 1)]
    assert answers[:most] == [422] * most and answers[-1] == 429


def test_right_passwords_do_not_use_the_limit_up(
    cast: Cast, in_bontang: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "PER_ACCOUNT", ((3, 900),))
    for number in range(6):
        client = Client(HTTP_HOST=in_bontang.host)
        assert try_(client, "rina@contoh.go.id", f"10.0.{number}.1", PASSWORD) == 302


def test_a_made_up_cookie_makes_no_browser_known(
    cast: Cast, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "PER_ACCOUNT", ((1, 900),))
    visitor.cookies[attempts.COOKIE] = identity_of("rina@contoh.go.id")
    answers = [try_(visitor, "rina@contoh.go.id", f"10.0.{n}.1") for n in range(2)]
    assert answers == [422, 429]


def test_passwords_are_hashed_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashers, "WAIT", 0.01)
    monkeypatch.setattr(hashers, "_places", threading.BoundedSemaphore(1))
    hasher = hashers.BoundedArgon2()
    encoded = hasher.encode("kalimat panjang", hasher.salt())
    assert hasher.verify("kalimat panjang", encoded) and not hasher.verify("lain", encoded)
    with hashers._Place(), pytest.raises(hashers.Busy):
        hasher.verify("kalimat panjang", encoded)
    assert hasher.verify("kalimat panjang", encoded)
