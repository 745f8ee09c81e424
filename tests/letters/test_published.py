"""Keys and revoked letters at well-known addresses, for who checks without a connection."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client

from kernel.clock import now
from services.applications import issuing, revoking
from services.letters import check_keys, exporting, record
from services.letters.models import CheckKey, Letter
from services.residents.sealing import unseal
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, make_cast, submitted

pytestmark = pytest.mark.django_db
KEYS, REVOKED = "/.well-known/balai/kunci.json", "/.well-known/balai/dicabut.json"


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def anyone(in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    return client_for(in_bontang)


@pytest.fixture
def letter(cast: Cast) -> Letter:
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=MONDAY)
    return Letter.objects.get()


def _open(jws: dict[str, str]) -> dict[str, object]:
    """The payload, once one of the city's keys has signed it."""
    head = json.loads(check_keys.from_base64(jws["protected"]))
    key = check_keys.public_of(CheckKey.objects.get(kid=head["kid"]))
    raw = check_keys.from_base64(jws["signature"])
    halves = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    signed = f"{jws['protected']}.{jws['payload']}".encode()
    key.verify(encode_dss_signature(*halves), signed, ec.ECDSA(SHA256()))
    found: dict[str, object] = json.loads(check_keys.from_base64(jws["payload"]))
    return found


def test_public_keys_are_published_with_their_time(anyone: Client) -> None:
    first = anyone.get(KEYS).json()
    check_keys.rotate(now())
    second = anyone.get(KEYS).json()
    assert [key["until"] is None for key in first["keys"]] == [True]
    assert [key["until"] is None for key in second["keys"]] == [False, True]
    assert first["city"] == "64.74"
    assert all("d" not in key and len(base64.b16decode(key["kid"], True)) == 4
               for key in second["keys"])  # fmt: skip


def test_a_revoked_letter_is_listed_by_the_hash_of_its_code(
    cast: Cast, letter: Letter, anyone: Client
) -> None:
    assert _open(anyone.get(REVOKED).json())["revoked"] == []
    revoking.revoke(letter_id=letter.pk, by=cast.lurah, reason="Nama pemohon salah.", at=MONDAY)
    answer = anyone.get(REVOKED)
    told = _open(answer.json())
    day = MONDAY.date().isoformat()
    assert told["revoked"] == [[record.print_of(letter.code).hex(), day, "revoked"]]
    for secret in (letter.code, letter.number, letter.person.name):
        assert secret not in json.dumps(told)


def test_both_are_asked_for_again_cheaply(letter: Letter, anyone: Client) -> None:
    for path in (KEYS, REVOKED):
        answer = anyone.get(path)
        assert "public" in answer["Cache-Control"]
        again = anyone.get(path, headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_private_key_leaves_with_no_copy_and_a_restored_city_makes_a_new_one(
    letter: Letter,
) -> None:
    key = CheckKey.objects.get()
    assert unseal(key.private_sealed).startswith("-----BEGIN PRIVATE KEY")
    exporting.retire_check_keys()
    key.refresh_from_db()
    assert key.retired_at is not None and unseal(key.private_sealed) == ""
    assert check_keys.in_force(now() + timedelta(seconds=1)).pk != key.pk


def test_the_page_without_a_connection_holds_nothing_of_anybody(
    cast: Cast, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    client = client_for(in_bontang)
    client.force_login(cast.sari, "accounts.backends.LoginBackend")
    page = client.get("/v/luring/")
    text = page.content.decode()
    assert page.status_code == 200 and "public" in page["Cache-Control"]
    assert "sari" not in text.lower().replace("sarin", "") and 'data-city="6474"' in text
    worker = client.get("/sw.js").content.decode()
    assert "/v/luring/" in worker and KEYS in worker
